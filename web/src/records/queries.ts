// Asks for a record of any kind with all it is linked to; the texts are made from model.json, one for each kind.
import { document } from '../lib/api';
import { KINDS, type Kind } from './model';
import type { Item } from './words';

export interface Edge { node: Item; [property: string]: unknown }
export interface Links { totalCount: number; pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }; edges: Edge[] }
export type Node = Item & Record<string, unknown>;
export interface RecordAnswer { node: Node | null; viewer: { rights: string[] } }

/** Links of a relation that stand on a record's page. */
export const FEW = 8;
/** Links on a page of a long list. */
export const PAGE = 50;

const EXTRA: Partial<Record<Kind, string>> = { municipality: 'country', sdg_goal: 'number' };

/** What of records of some kinds is needed to name them. */
export function names(kinds: readonly Kind[]): string {
  const parts = kinds.map((kind) => {
    const wanted = [...('nameDe' in KINDS[kind].properties ? ['nameDe nameEs nameFr'] : []), EXTRA[kind] ?? ''].filter(Boolean).join(' ');
    return wanted && `... on ${KINDS[kind].type} { ${wanted} }`;
  });
  return ['__typename id name', ...parts.filter(Boolean)].join(' ');
}

function links(kind: Kind, relation: string, page: string): string {
  const { to, one, edge } = KINDS[kind].relations[relation]!;
  if (one) return `${relation} { ${names(to)} }`;
  const info = 'totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
  return `${relation}(${page}) { ${info} edges { ${Object.keys(edge).join(' ')} node { ${names(to)} } } }`;
}

/** A record with everything it says, and the first of its links; of goals and targets more than are shown: the API lists them by text (17.1, 17.10, 17.2). */
export function recordQuery(kind: Kind) {
  const { type, properties, relations } = KINDS[kind];
  const first = (to: readonly Kind[]) => `first: ${to.some((k) => k === 'sdg_goal' || k === 'sdg_target') ? PAGE : FEW}`;
  const wanted = [...Object.keys(properties).filter((p) => p !== 'name'), ...Object.entries(relations).map(([r, { to }]) => links(kind, r, first(to)))];
  return document<RecordAnswer, { id: string }>(`query Record($id: ID!) { node(id: $id) { ... on ${type} { ${names([kind])} ${wanted.join(' ')} } } viewer { rights } }`);
}

/** A page of one relation of a record, from a cursor on or back from it. */
export function listQuery(kind: Kind, relation: string, backward: boolean) {
  const page = backward ? `last: ${PAGE}, before: $cursor` : `first: ${PAGE}, after: $cursor`;
  const wanted = `... on ${KINDS[kind].type} { ${names([kind])} ${links(kind, relation, page)} }`;
  return document<RecordAnswer, { id: string; cursor: string | null }>(`query RecordList($id: ID!, $cursor: String) { node(id: $id) { ${wanted} } viewer { rights } }`);
}
