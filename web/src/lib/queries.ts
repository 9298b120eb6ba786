// Queries that more than one page asks.
import { graphql, type ResultOf } from './api';

export const MUNICIPALITIES = graphql(`
  query Municipalities($text: String!) {
    municipalities(filter: { text: $text }, first: 8) { edges { node { id name names country admin1 population } } }
  }
`);
export type Found = ResultOf<typeof MUNICIPALITIES>['municipalities']['edges'][number]['node'];
