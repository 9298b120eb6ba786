// What wants to be confirmed, with the names of all that it is about.
import { graphql, request, type ResultOf, type VariablesOf } from '../lib/api';
import type { pageOf } from '../lib/url.svelte';
import { namesOf } from '../records/names';
import { titleOf, type Item } from '../records/words';
import type { Direction } from './confirm';

export interface StaleFocus { subject: string; name: string; direction: Direction; verifiedOn: string | null }
export interface StaleRecord { id: string; name: string; itself: boolean; verifiedOn: string | null; focuses: StaleFocus[] }
export interface StalePage { records: StaleRecord[]; total: number; page: PageInfo }

const STALE = graphql(`
  query Stale($kinds: [Kind!], $first: Int, $after: String, $last: Int, $before: String) {
    staleRecords(kinds: $kinds, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { itself verifiedOn focuses { subject direction verifiedOn } node { __typename id name ... on Municipality { country } ... on Partnership { members(first: 3) { edges { node { name } } } } } }
    }
  }
`);
type PageInfo = ResultOf<typeof STALE>['staleRecords']['pageInfo'];
export type Kinds = VariablesOf<typeof STALE>['kinds'];

export async function readStale(kinds: Kinds, wanted: ReturnType<typeof pageOf>, signal: AbortSignal): Promise<StalePage> {
  const { staleRecords: page } = await request(STALE, { kinds, ...wanted }, signal);
  const names = await namesOf(page.edges.flatMap((e) => e.focuses.map((f) => f.subject)), signal);
  const records = page.edges.map(({ node, itself, verifiedOn, focuses }) => ({
    id: node.id, name: titleOf(node as Item), itself, verifiedOn, focuses: focuses.map((f) => ({ ...f, name: names.get(f.subject) ?? f.subject })),
  }));
  return { records, total: page.totalCount, page: page.pageInfo };
}
