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

/** What differs between the two states of a change, as name and both values. */
export function difference({ before, after }: Pick<Change, 'before' | 'after'>): [string, string, string][] {
  const [old, now] = [before, after].map((text) => (text ? (JSON.parse(text) as Record<string, unknown>) : {})) as [Record<string, unknown>, Record<string, unknown>];
  const written = (value: unknown) => (value === undefined || value === null ? '–' : typeof value === 'string' ? value : JSON.stringify(value));
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].map((name): [string, string, string] => [name, written(old[name]), written(now[name])]).filter(([, a, b]) => a !== b);
}
