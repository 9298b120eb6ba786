// The audit log in words: what was done, by whom, why, and what is another way now.
import { graphql, request, type ResultOf, type VariablesOf } from '../lib/api';
import { list, number, percent, t } from '../lib/i18n';
import { fieldOf, KINDS, kindOf, type Kind } from './model';
import { namesOf, recordName, type Names } from './names';
import { kindWord, roleText, valueText } from './words';

const CHANGES = graphql(`
  query Changes($filter: ChangeFilter, $first: Int, $after: String, $last: Int, $before: String) {
    changes(filter: $filter, orderBy: { field: AT, direction: DESC }, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { node { id at actor action record reason before after } }
    }
  }
`);
type Page = ResultOf<typeof CHANGES>['changes'];
export type Change = Page['edges'][number]['node'];
export type ChangeFilter = VariablesOf<typeof CHANGES>['filter'];
/** A page of the log, and what the records in it are called. */
export interface Log extends Page { names: Names }
type State = Record<string, unknown>;

/** Entries of the log, the newest first. */
export async function readLog(variables: VariablesOf<typeof CHANGES>, signal: AbortSignal): Promise<Log> {
  const { changes } = await request(CHANGES, variables, signal);
  return { ...changes, names: await namesOf(changes.edges.flatMap((e) => idsIn(e.node)), signal) };
}

const parsed = (text: string | null): State => (text ? (JSON.parse(text) as State) : {});
const EDGES = Object.assign({}, ...Object.values(KINDS).flatMap((k) => Object.values(k.relations).map((r) => r.edge))) as Record<string, string>;
const COUNTS = ['rows', 'closed', 'reminded', 'deleted'] as const;
const isCount = (name: string): name is (typeof COUNTS)[number] => COUNTS.some((one) => one === name);

/** The type of what stands in a column, as model.json names it; undefined for the ids of records. */
function typeOf(kind: Kind | undefined, link: boolean, column: string): string | undefined {
  const field = fieldOf(column);
  if (field === 'proposedBy') return undefined;
  return isCount(column) ? 'number' : link ? EDGES[field] : kind && KINDS[kind].properties[field];
}

/** What a column is called. */
function columnWord(kind: Kind | undefined, link: boolean, column: string): string {
  const field = fieldOf(column);
  if (column === 'merged_into') return t('log.mergedInto');
  if (isCount(column)) return t(`logCount.${column}`);
  if (column === 'name') return t('form.name');
  if (column === 'latitude') return t('form.latitude');
  if (column === 'longitude') return t('form.longitude');
  return field === 'proposedBy' || typeOf(kind, link, column) ? t(`property.${field as 'kind'}`) : t(`relation.${field as 'goal'}`);
}

function written(column: string, type: string | undefined, value: unknown, names: Names): string {
  if (value === undefined || value === null || value === '' || (Array.isArray(value) && !value.length)) return '–';
  if (type === undefined) return list([value].flat().map((id) => recordName(String(id), names)));
  if (column === 'rows') return list(Object.entries(value as Record<string, number>).map(([stem, n]) => t('log.link', { what: t(`import.stem.${stem as 'focuses'}`), to: number(n) })));
  if (column === 'weight') return percent(Number(value));
  if (column === 'role') return roleText(String(value), String);
  return valueText(fieldOf(column), type, value);
}

/** Columns of a link that say which one it is. */
const ENDS = ['link', 'source', 'target'];

/** What differs between the two states of a change: what it is called, and both values. */
export function difference({ before, after, record }: Change, names: Names): [string, string, string][] {
  const old = parsed(before), now = parsed(after), link = 'link' in old || 'link' in now, kind = kindOf(record ?? '');
  const columns = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((column) => !(link && ENDS.includes(column)));
  return columns
    .map((column): [string, string, string] => {
      const type = typeOf(kind, link, column);
      return [columnWord(kind, link, column), written(column, type, old[column], names), written(column, type, now[column], names)];
    })
    .filter(([, a, b]) => a !== b);
}

/** Which link was changed; undefined where none was. */
export function linkChanged({ before, after }: Change, names: Names): string | undefined {
  const state = { ...parsed(before), ...parsed(after) };
  return state.link ? t('log.link', { what: t(`import.stem.${state.link as 'focuses'}`), to: recordName(String(state.target), names) }) : undefined;
}

/** What a record that is gone was called when the entry was made. */
export function nameThen({ before, after, record }: Change, names: Names): string {
  const name = parsed(before).name ?? parsed(after).name;
  return names.get(record!) ?? (name ? `${kindOf(record!) ? kindWord(kindOf(record!)!) : ''} ${String(name)}`.trim() : recordName(record!, names));
}

/** Ids of all records that an entry names. */
function idsIn(change: Change): string[] {
  const states = [parsed(change.before), parsed(change.after)], link = states.some((s) => 'link' in s), kind = kindOf(change.record ?? '');
  const values = states.flatMap((s) => Object.entries(s).flatMap(([column, value]) => (typeOf(kind, link, column) ? [] : [value].flat())));
  return [change.record, change.actor, ...values].filter((id): id is string => typeof id === 'string' && !!kindOf(id));
}

/** What was done. */
export const actionWord = ({ action, before, after }: Change) => (action === 'SAVE' && after && !before ? t('log.created') : t(`value.Action.${action}`));

const ACTORS = ['municipality', 'expert', 'organiser', 'coordinator', 'admin'] as const;
/** Who did it: whoever works where the store is or has a token without a name is called by what they are. */
export function actorName(actor: string, names: Names): string {
  if (actor === 'command line') return t('log.commandLine');
  if (actor === 'daily') return t('log.daily');
  const role = ACTORS.find((one) => one === actor);
  return role ? t(`role.${role.toUpperCase() as 'ADMIN'}`) : kindOf(actor) ? recordName(actor, names) : actor;
}
/** The actor that somebody means who writes a name as it stands in the log. */
export const actorOf = (text: string, names: Names) => ['command line', 'daily', ...ACTORS, ...names.keys()].find((actor) => actorName(actor, names) === text) ?? text;

/** The reason given; those of the daily work are in English there. */
export function reasonText({ actor, reason }: Change): string {
  if (actor === 'daily' && reason === 'nobody answered in time') return t('log.unanswered');
  if (actor === 'daily' && reason === 'nobody has confirmed it for three years') return t('log.unconfirmed');
  if (actor === 'daily' && reason === 'nobody confirmed it after the reminder') return t('log.notReminded');
  return reason ?? '';
}
