// All countries of the network, with what they are chosen by.
import { graphql, request, type ResultOf } from './api';
import { t } from './i18n';

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

/** Codes (UN M49) of the regions that countries stand in; not all browsers know their names. */
const REGIONS = {
  'Australia and New Zealand': '053', 'Central Asia': '143', 'Eastern Asia': '030', 'Eastern Europe': '151', 'Latin America and the Caribbean': '419', Melanesia: '054',
  Micronesia: '057', 'Northern Africa': '015', 'Northern America': '021', 'Northern Europe': '154', Polynesia: '061', 'South-eastern Asia': '035', 'Southern Asia': '034',
  'Southern Europe': '039', 'Sub-Saharan Africa': '202', 'Western Asia': '145', 'Western Europe': '155',
} as const;

/** Name of a world region in the page's language; as it stands in the network where it is not one of those above. */
export const regionName = (region: string) => (region in REGIONS ? t(`region.${REGIONS[region as keyof typeof REGIONS]}`) : region);
