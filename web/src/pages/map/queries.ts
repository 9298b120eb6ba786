// What the page "Map" asks.
import { graphql, type ResultOf } from '../../lib/api';

export const PARTNERSHIPS = graphql(`
  query MapPartnerships($filter: PartnershipFilter, $first: Int!, $after: String) {
    partnerships(filter: $filter, first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      edges {
        node {
          id name kind status started ended
          members(first: 6) { edges { node { id name country latitude longitude } } }
          phases(first: 5) { edges { node { id name nameDe nameEs nameFr } } }
        }
      }
    }
  }
`);
export type Page = ResultOf<typeof PARTNERSHIPS>['partnerships'];
export type Partnership = Page['edges'][number]['node'];
export type Member = Partnership['members']['edges'][number]['node'];

export const SUGGESTED = graphql(`
  query MapCandidates($municipality: ID!, $first: Int!) {
    home: municipality(id: $municipality) { id name country latitude longitude }
    partnerCandidates(municipality: $municipality, first: $first) { candidates { rank score municipality { id name country latitude longitude } } }
  }
`);
export type Suggested = ResultOf<typeof SUGGESTED>;

export const PHASES = graphql(`
  query MapPhases { phases(first: 50, orderBy: { field: STARTED }) { edges { node { id name nameDe nameEs nameFr } } } }
`);
