// What records are called, by their ids.
import { graphql, request } from '../lib/api';
import { titleOf, type Item } from './words';

const NAMES = graphql(`
  query NamesOf($ids: [ID!]!) {
    nodes(ids: $ids) {
      __typename id
      ... on Record { name }
      ... on Partnership { members(first: 3) { edges { node { name } } } }
      ... on Topic { nameDe nameEs nameFr }
      ... on SdgGoal { nameDe nameEs nameFr }
      ... on SdgTarget { nameDe nameEs nameFr }
      ... on SupportOffer { nameDe nameEs nameFr }
      ... on RegionalPartnership { nameDe nameEs nameFr }
    }
  }
`);
const AT_ONCE = 100;

/** What records are called, by id; those that are gone are missing. */
export async function namesOf(ids: Iterable<string>, signal?: AbortSignal): Promise<Map<string, string>> {
  const wanted = [...new Set(ids)], names = new Map<string, string>();
  for (let i = 0; i < wanted.length; i += AT_ONCE) {
    const { nodes } = await request(NAMES, { ids: wanted.slice(i, i + AT_ONCE) }, signal);
    for (const node of nodes) if (node) names.set(node.id, titleOf(node as Item));
  }
  return names;
}
