// Texts, numbers, dates and names in the page's language.
import type de from '../../messages/de.json';
import { data } from './page.svelte';

export const LANGUAGES = { de: 'Deutsch', en: 'English', es: 'Español', fr: 'Français' } as const;
export type Lang = keyof typeof LANGUAGES;
/** Happens to the window before the page comes in another language. */
export const OTHER_LANGUAGE = 'otherlanguage';
type Raw = keyof typeof de;
type Plural = Raw extends infer K ? (K extends `${infer P}_other` ? P : never) : never;
export type Key = Exclude<Raw, `${Plural}_${string}`> | Plural;
type Params = Record<string, string | number>;

export const lang = document.documentElement.lang as Lang;
/** The language as the API names it. */
export const apiLanguage = lang.toUpperCase() as 'DE' | 'EN' | 'ES' | 'FR';

const plural = new Intl.PluralRules(lang);
const numbers = new Intl.NumberFormat(lang);
const percents = new Intl.NumberFormat(lang, { style: 'percent', maximumFractionDigits: 0 });
const finePercents = new Intl.NumberFormat(lang, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
const dates = new Intl.DateTimeFormat(lang, { dateStyle: 'long', timeZone: 'UTC' });
const regions = new Intl.DisplayNames(lang, { type: 'region' });
const tongues = new Intl.DisplayNames(lang, { type: 'language' });
const lists = new Intl.ListFormat(lang, { type: 'conjunction' });
const collator = new Intl.Collator(lang, { numeric: true });

export const number = (n: number) => numbers.format(n);
/** A share of 1 as a percentage. */
export const percent = (share: number) => percents.format(share);
/** The same with one more digit, for differences. */
export const finePercent = (share: number) => finePercents.format(share);
/** A day, written YYYY-MM-DD. */
export const date = (day: string) => dates.format(new Date(day));
/** Name of a country by its ISO 3166-1 alpha-2 code. */
export const country = (code: string) => regions.of(code) ?? code;
/** Name of a language by its ISO 639 code; browsers do not know all of them. */
export function language(code: string): string {
  const known = tongues.of(code);
  return known && known !== code ? known : (data.messages[`language.${code}` as Raw] ?? code);
}
/** Several things in a row; with semicolons where one has a comma or an "and" of its own, else nobody can tell where it ends. */
export const list = (parts: string[]) => (parts.length > 1 && parts.some((part) => /,| (and|und|y|e|et) /.test(part)) ? parts.join('; ') : lists.format(parts));
export const compare = (a: string, b: string) => collator.compare(a, b);

/** The text for a key; with a number `n`, in its plural form. */
export function t(key: Key, params: Params = {}): string {
  let text = data.messages[key];
  if (text === undefined && typeof params.n === 'number') text = data.messages[`${key}_${plural.select(params.n)}`] ?? data.messages[`${key}_other`];
  return (text ?? key).replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    return typeof value === 'number' ? number(value) : (value ?? '');
  });
}

/** Address of a page in this language. */
export function href(path: string, params: Record<string, string | undefined> = {}): string {
  const given = Object.entries(params).filter((pair): pair is [string, string] => !!pair[1]);
  return `/${lang}/${path}${given.length ? `?${new URLSearchParams(given)}` : ''}`;
}
