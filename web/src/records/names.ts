// What records are called, by their ids.
import { graphql, request } from '../lib/api';
import { ownId } from '../lib/names';
import { kindOf } from './model';
import { kindWord, titleOf, type Item } from './words';

const NAMES = graphql(`
  query NamesOf($ids: [ID!]!) {
    nodes(ids: $ids) {
      __typename id
      ... on Record { name }
      ... on Partnership { members(first: 3) { edges { node { name } } } }
      ... on Topic { nameDe nameEs nameFr }
      ... on SdgGoal { nameDe nameEs nameFr }
      ... on SdgTarget { nameDe nameEs nameFr }
      ... on Phase { nameDe nameEs nameFr }
      ... on SupportOffer { nameDe nameEs nameFr }
      ... on RegionalPartnership { nameDe nameEs nameFr }
    }
  }
`);
const AT_ONCE = 100;
export type Names = Map<string, string>;

/** What records are called, by id; those that are gone are missing. */
export async function namesOf(ids: Iterable<string>, signal?: AbortSignal): Promise<Names> {
  const wanted = [...new Set(ids)];
  const pages = Array.from({ length: Math.ceil(wanted.length / AT_ONCE) }, (_, i) => wanted.slice(i * AT_ONCE, (i + 1) * AT_ONCE));
  const found = await Promise.all(pages.map((page) => request(NAMES, { ids: page }, signal)));
  return new Map(found.flatMap(({ nodes }) => nodes.flatMap((node) => (node ? [[node.id, titleOf(node as Item)] as const] : []))));
}

/** What a record is called; of one that is not there, its kind and own id. */
export const recordName = (id: string, names: Names) => names.get(id) ?? `${kindOf(id) ? kindWord(kindOf(id)!) : ''} ${ownId(id)}`.trim();
