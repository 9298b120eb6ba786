// Records in words: their names, their kind, the values of their properties.
import { compare, country, date, lang, language, list, number, t } from '../lib/i18n';
import { named, ownId, type Named } from '../lib/names';
import { GUARDED, kindOf, type Kind } from './model';

export interface Item extends Named { id: string; __typename: string; country?: string; number?: number; members?: { edges: { node: Named }[] } }

/** The word for a kind; for more than one record in the plural. */
export const kindWord = (kind: Kind, n = 1) => t(`kind.${kind}`, { n });

/** What a record is called: its name, else its members' names, else its own id. */
export function titleOf(item: Item): string {
  const kind = kindOf(item.id);
  if (kind === 'country') return country(ownId(item.id));
  const members = item.members?.edges.map((e) => named(e.node)).filter(Boolean);
  const name = named(item) || members?.join(' – ') || '';
  if (kind === 'sdg_goal') return `${ownId(item.id)} · ${name}`;
  if (kind === 'sdg_target') return `${ownId(item.id)} · ${name}`;
  if (name) return name;
  return kind && GUARDED.includes(kind) ? `${kindWord(kind)} ${ownId(item.id)}` : ownId(item.id);
}

/** The order of lists as the API gives them, by id, but with numbers as numbers: goals 6, 11, 16, targets 4.7, 4.a, 11.1. */
export const byId = (a: { id: string }, b: { id: string }) => compare(a.id, b.id);

const months = new Intl.DateTimeFormat(lang, { month: 'long', year: 'numeric', timeZone: 'UTC' });
const moments = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'short' });
const degrees = new Intl.NumberFormat(lang, { maximumFractionDigits: 2 });

/** A date that may be a year or a month only. */
export function partialDate(text: string): string {
  if (/^\d{4}$/.test(text)) return text;
  return /^\d{4}-\d{2}$/.test(text) ? months.format(new Date(`${text}-01`)) : date(text);
}

/** An instant, as ISO 8601 time. */
export const moment = (at: string) => moments.format(new Date(at));

/** The value of a property, of a type as model.json names it. */
export function valueText(name: string, type: string, value: unknown): string {
  if (name === 'country') return country(String(value));
  if (name === 'languages') return list((value as string[]).map(language));
  if (name === 'number') return String(value);
  if (name === 'at') return moment(String(value));
  switch (type) {
    case 'text': return String(value);
    case 'number': return number(Number(value));
    case 'boolean': return value ? t('record.yes') : t('record.no');
    case 'date': return partialDate(String(value));
    case 'list': return list(value as string[]);
    case 'Direction': return t(`direction.${String(value).toUpperCase() as 'SEEKS'}`);
    default: return t(`value.${type as 'Mode'}.${String(value).toUpperCase() as 'ONLINE'}`);
  }
}

const ROLES = ['participant', 'speaker', 'facilitator', 'guest'] as const;
/** In what role somebody takes part in an event; other words than the usual ones stand as they are. */
export function roleText(role: string, other = (text: string) => t('record.role', { text })): string {
  const usual = ROLES.find((one) => one === role);
  return usual ? t(`eventRole.${usual}`) : other(role);
}

/** A place on earth in degrees. */
export const position = (latitude: number, longitude: number) => `${degrees.format(latitude)}°, ${degrees.format(longitude)}°`;

export const isLink = (text: string) => /^https?:\/\/\S+$/.test(text);
