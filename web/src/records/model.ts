// Kinds of records with their properties and relations, as they are declared in graph_api/model.py.
import model from './model.json';

export type Kind = keyof typeof model;
/** Where a field leads; `link` is missing on a shortcut over two links, `forward`: the link starts at the record itself. */
export interface Relation { to: Kind[]; one: boolean; edge: Record<string, string>; link?: string; forward?: boolean }
interface Declared { type: string; properties: Record<string, string>; relations: Record<string, Relation> }

export const KINDS = model as unknown as Record<Kind, Declared>;
export const ALL_KINDS = Object.keys(KINDS) as Kind[];

/** Kinds of which not everybody sees every record. */
export const GUARDED: readonly Kind[] = ['interest', 'demand', 'change'];
/** Kinds whose facts change, so that somebody should confirm them once a year. */
export const KEPT_UP: readonly Kind[] = ['municipality', 'department', 'expert', 'stakeholder', 'partnership'];

/** The kind that a network-wide id belongs to; undefined where it names none. */
export function kindOf(id: string): Kind | undefined {
  const name = id.slice(0, Math.max(id.indexOf(':'), 0));
  return name in KINDS ? (name as Kind) : undefined;
}

/** The field by which a record of a kind calls a link to a record of another kind. */
export function relationOf(kind: Kind, link: string, forward: boolean, to: Kind): string | undefined {
  return Object.entries(KINDS[kind].relations).find(([, r]) => r.link === link && r.forward === forward && r.to.includes(to))?.[0];
}

/** A property or relation as the API names it, by the column of a file. */
export const fieldOf = (column: string) => column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** A kind as the API's enum names it. */
export const asEnum = (kind: Kind) => kind.toUpperCase();
