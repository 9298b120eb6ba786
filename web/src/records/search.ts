// The full-text search over all kinds of records.
import { graphql, type ResultOf } from '../lib/api';

export const SEARCH = graphql(`
  query Search($text: String!, $kinds: [Kind!], $first: Int!) {
    search(text: $text, kinds: $kinds, first: $first) {
      totalCount
      kinds { kind count }
      edges { matched text node { __typename id name ... on Municipality { country } ... on Topic { nameDe nameEs nameFr } ... on SdgGoal { nameDe nameEs nameFr } ... on SdgTarget { nameDe nameEs nameFr } ... on Phase { nameDe nameEs nameFr } ... on RegionalPartnership { nameDe nameEs nameFr } } }
    }
  }
`);
export type Found = ResultOf<typeof SEARCH>['search'];
export type Hit = Found['edges'][number];
