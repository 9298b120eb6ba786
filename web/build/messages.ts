// Messages: which of them a piece of code says, and the files of all languages.
import { readFileSync } from 'node:fs';

export const LANGUAGES = ['de', 'en', 'es', 'fr'] as const;
export type Messages = Record<string, string>;

/** The texts of every language, by key. */
export function readMessages(): Record<string, Messages> {
  return Object.fromEntries(LANGUAGES.map((lang) => [lang, JSON.parse(readFileSync(new URL(`../messages/${lang}.json`, import.meta.url), 'utf8')) as Messages]));
}

/** The keys among `keys` that the code names: whole ("find.title"), by plural ("find.count" for "find.count_one"), or by beginning (`facet.${name}`). */
export function usedKeys(code: string, keys: Iterable<string>): Set<string> {
  const literals = new Set([...code.matchAll(/(["'`])([a-zA-Z]\w*(?:\.\w+)+)\1/g)].map((m) => m[2]!));
  const beginnings = [...code.matchAll(/`([a-zA-Z]\w*(?:\.\w+)*\.)\$\{/g)].map((m) => m[1]!);
  const used = new Set<string>();
  for (const key of keys) {
    if (literals.has(key) || literals.has(key.replace(/_(zero|one|two|few|many|other)$/, '')) || beginnings.some((b) => key.startsWith(b))) used.add(key);
  }
  return used;
}
