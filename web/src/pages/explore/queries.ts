// What the page "Explore" asks.
import { document, get, graphql, type ResultOf } from '../../lib/api';
import { KINDS, type Kind } from '../../records/model';

const NAMED = `
  fragment Named on Record {
    __typename id name
    ... on Municipality { country population }
    ... on Topic { nameDe nameEs nameFr }
    ... on SdgGoal { nameDe nameEs nameFr }
    ... on SdgTarget { nameDe nameEs nameFr }
    ... on Phase { nameDe nameEs nameFr }
    ... on RegionalPartnership { nameDe nameEs nameFr }
    ... on Partnership { status started ended }
    ... on Mission { startsOn endsOn }
    ... on Event { startsOn endsOn }
  }`;
const SHOWN = `
  fragment Shown on Record {
    ...Named
    ... on Partnership { goals(first: 17) { edges { node { id } } } phases(first: 8) { edges { node { id } } } members(first: 4) { edges { node { name country } } } }
    ... on Mission { goals(first: 17) { edges { node { id } } } }
    ... on Event { phase { id } goals(first: 17) { edges { node { id } } } }
  }${NAMED}`;

type Ids = { edges: { node: { id: string } }[] };
/** A record as it comes from the API: what its kind has of this. */
export interface Shown {
  __typename: string; id: string; name: string | null; nameDe?: string | null; nameEs?: string | null; nameFr?: string | null;
  country?: string; population?: number | null; status?: string; started?: string | null; ended?: string | null; startsOn?: string | null; endsOn?: string | null;
  goals?: Ids; phases?: Ids; phase?: { id: string } | null; members?: { edges: { node: { name: string; country: string } }[] };
}
/** Some records with the links between them; `x` and `y` where the service says where they stand. */
export interface Part { total: number; truncated: boolean; depths: number[]; nodes: Shown[]; links: { kinds: string[]; sources: number[]; targets: number[] }; x?: number[]; y?: number[] }

/** Records up to which each is asked for goals, phases and members. */
export const RICH = 500;
const PART = (fragment: string) => `{ total truncated depths nodes { ...${fragment} } links { kinds sources targets } }`;
const around = (fragment: string, declared: string) => document<{ near: Part; ties: Part }, { id: string; depth: number; limit: number; ties: number }>(`
  query Around($id: ID!, $depth: Int!, $limit: Int!, $ties: Int!) {
    near: neighbourhood(id: $id, depth: $depth, limit: $limit) ${PART(fragment)}
    ties: neighbourhood(id: $id, depth: $ties, limit: $limit, kinds: [MUNICIPALITY, PARTNERSHIP]) ${PART(fragment)}
  }${declared}`);
/** What is around a record, and for a municipality its partners too. */
export const AROUND = around('Shown', SHOWN);
/** The same for many records: without goals, phases and members. */
export const AROUND_MANY = around('Named', NAMED);

/** Records up to which they are placed here, by forces; above, the service places them. */
export const PLACED_HERE = 2000;
interface Picture extends Omit<Part, 'nodes'> { groups: { kind: Kind; rows: number[]; columns: Record<string, unknown[]> }[] }
/** What is around a record, for very many records, with places. */
export async function drawn(id: string, depth: number, limit: number, signal: AbortSignal): Promise<Part> {
  const { groups, ...picture } = await get<Picture>(`/picture?${new URLSearchParams({ id, depth: String(depth), limit: String(limit) })}`, signal);
  const nodes: Shown[] = [];
  for (const { kind, rows, columns } of groups) {
    const names = Object.entries(columns).map(([name, values]) => [name.replace(/_(.)/g, (_, c: string) => c.toUpperCase()), values] as const);
    rows.forEach((row, i) => { nodes[row] = Object.fromEntries([['__typename', KINDS[kind].type], ...names.map(([name, values]) => [name, values[i]])]) as unknown as Shown; });
  }
  return { ...picture, nodes };
}

export const NEAR = document<{ neighbourhood: Part }, { id: string; limit: number }>(`
  query Near($id: ID!, $limit: Int!) { neighbourhood(id: $id, depth: 1, limit: $limit) ${PART('Shown')} }${SHOWN}`);

export const WAYS = document<{ paths: { length: number; nodes: Shown[] }[] }, { from: string; to: string; longest: number }>(`
  query Ways($from: ID!, $to: ID!, $longest: Int!) { paths(from: $from, to: $to, maxLength: $longest, first: 8) { length nodes { ...Shown } } }${SHOWN}`);

export const CHOICES = graphql(`
  query ExploreChoices {
    sdgGoals(first: 17, orderBy: { field: NUMBER }) { edges { node { id name nameDe nameEs nameFr } } }
    phases(first: 50, orderBy: { field: STARTED }) { edges { node { id name nameDe nameEs nameFr } } }
  }
`);
export type Choices = ResultOf<typeof CHOICES>;

export const STATISTICS = graphql(`
  query Statistics {
    networkStatistics {
      revision
      counts { kind count }
      degrees { mean median largest isolated }
      components
      communities { size members countries }
      bridges { source target cutOff }
      gaps { subject seekers }
      countriesWithoutPartnership
      neverContacted
    }
  }
`);
export type Statistics = ResultOf<typeof STATISTICS>['networkStatistics'];
