// The audit log of one record.
import { graphql, type ResultOf } from '../lib/api';

export const CHANGES = graphql(`
  query ChangesOfRecord($record: String!, $first: Int!) {
    changes(filter: { record: [$record] }, orderBy: { field: AT, direction: DESC }, first: $first) {
      totalCount
      edges { node { id at actor action reason before after } }
    }
  }
`);
export type Change = ResultOf<typeof CHANGES>['changes']['edges'][number]['node'];
