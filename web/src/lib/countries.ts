// All countries of the network, with what they are chosen by.
import { graphql, request, type ResultOf } from './api';

const COUNTRIES = graphql(`
  query Countries($after: String) {
    countries(first: 100, after: $after) {
      edges { node { id languages region dacGroup dacUntil } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
export type Country = ResultOf<typeof COUNTRIES>['countries']['edges'][number]['node'];

/** All countries, page by page. */
export async function allCountries(signal: AbortSignal): Promise<Country[]> {
  const found: Country[] = [];
  for (let after: string | null = null, more = true; more;) {
    const page: ResultOf<typeof COUNTRIES> = await request(COUNTRIES, { after }, signal);
    found.push(...page.countries.edges.map((edge) => edge.node));
    ({ hasNextPage: more, endCursor: after } = page.countries.pageInfo);
  }
  return found;
}

/** Those on the DAC list today. */
export function eligible(countries: Country[]): Country[] {
  const today = new Date().toISOString().slice(0, 10);
  return countries.filter((c) => c.dacGroup && !(c.dacUntil && c.dacUntil < today));
}
