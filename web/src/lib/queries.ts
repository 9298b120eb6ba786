// Queries that more than one page asks.
import { graphql, type ResultOf } from './api';

export const MUNICIPALITIES = graphql(`
  query Municipalities($text: String!) {
    search(text: $text, kinds: [MUNICIPALITY], first: 8) { edges { node { __typename ... on Municipality { id name names country admin1 population } } } }
  }
`);
export type Found = Extract<ResultOf<typeof MUNICIPALITIES>['search']['edges'][number]['node'], { __typename: 'Municipality' }>;
