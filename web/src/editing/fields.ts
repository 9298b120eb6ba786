// What a form for a record is made of: fields, their values, and what of them somebody has typed and not yet saved.
import { country, date, language, list, number, t } from '../lib/i18n';
import { fieldOf } from '../records/model';

export type Value = string | number | boolean | string[] | null;
export type Values = Record<string, Value>;
export interface Choice { value: string; label: string; group?: string }
export interface Field {
  name: string; label: string; hint?: string; required?: boolean; min?: number; max?: number; step?: number | 'any';
  /** `yesno`: yes, no, not said. `choice`: one of `choices`. `picks`: several of `choices`. `lines`: one text in each line. */
  kind: 'text' | 'email' | 'number' | 'date' | 'check' | 'yesno' | 'choice' | 'picks' | 'lines';
  choices?: Choice[];
}
/** A record as a form sees it, at a revision. */
export interface Version { revision: number; values: Values }

/** What was typed, by form: it outlives the form, so that looking elsewhere on the page loses nothing. */
export const drafts = new Map<string, Values>();
addEventListener('beforeunload', (event) => { if ([...drafts.values()].some((draft) => Object.keys(draft).length)) event.preventDefault(); });

const plain = (value: Value | undefined) => JSON.stringify(value === '' || value === undefined ? null : Array.isArray(value) ? [...value].sort() : value);
export const same = (a: Value | undefined, b: Value | undefined) => plain(a) === plain(b);

/** The fields on which two states differ. */
export const differing = (fields: Field[], a: Values, b: Values) => fields.filter((f) => !same(a[f.name], b[f.name]));

/** A value in words. */
export function inWords(field: Field, value: Value | undefined): string {
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length)) return t('form.nothing');
  if (typeof value === 'boolean') return value ? t('record.yes') : t('record.no');
  if (typeof value === 'number') return number(value);
  if (Array.isArray(value)) return list(value.map((v) => field.choices?.find((c) => c.value === v)?.label ?? v));
  if (field.kind === 'choice') return field.choices?.find((c) => c.value === value)?.label ?? value;
  return field.kind === 'date' ? date(value) : field.name === 'country' ? country(value) : value;
}

/** Names of the fields that a refusal of the API names: `population: 'x' is no number; …`. */
export function namedIn(message: string): string[] {
  return [...message.matchAll(/(?:^|; )([a-z_0-9]+): /g)].map((m) => fieldOf(m[1]!));
}

/** Languages as choices, by their codes. */
export const languageChoices = (codes: string[]): Choice[] =>
  codes.map((code) => ({ value: code, label: language(code) })).sort((a, b) => a.label.localeCompare(b.label));
