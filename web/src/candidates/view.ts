// The state of this page: whom one looks for, filters, weights, as they stand in the address; and what one wrote, which does not.
import { askTwice, request, type VariablesOf } from '../lib/api';
import { apiLanguage } from '../lib/i18n';
import { param, setParams } from '../lib/url.svelte';
import { CANDIDATES, USUAL_WEIGHTS, type Answer } from './queries';

type Variables = VariablesOf<typeof CANDIDATES>;

/** What a slider's places multiply the usual weight with. */
export const STEPS = [0, 0.5, 1, 2, 4] as const;
export const USUAL = 2;
export const PAGE = 10;
export const MOST = 100;

/** Size classes: name → least and most inhabitants. */
export const SIZES: Record<string, [number | null, number | null]> = { s: [null, 19_999], m: [20_000, 99_999], l: [100_000, 499_999], x: [500_000, null] };

/** The slider's place of every facet that was moved, from `needs.3~size.0`. */
export function readSteps(text: string): Record<string, number> {
  const pairs = text.split('~').map((part) => part.split('.')).map(([name, step]) => [name ?? '', Number(step)] as const);
  return Object.fromEntries(pairs.filter(([name, step]) => name && step in STEPS && step !== USUAL));
}

export const writeSteps = (steps: Record<string, number>) =>
  Object.entries(steps).filter(([, step]) => step !== USUAL).map(([name, step]) => `${name}.${step}`).join('~');

/** Whether suggestions shall be spread more widely. */
export const isFair = () => param('fair') === '1';

/** The parameters that another page needs to rank in the same way. */
export const sameRanking = () => ({ country: param('country'), language: param('language'), size: param('size'), weights: param('weights'), fair: param('fair') });

export function filterOf(country: string, language: string, size: string): Variables['filter'] {
  const [populationMin, populationMax] = SIZES[size] ?? [null, null];
  if (!country && !language && !SIZES[size]) return null;
  return { ...(country && { country: [country] }), ...(language && { languages: [language] }), ...(populationMin !== null && { populationMin }), ...(populationMax !== null && { populationMax }) };
}

/** The weights whose sliders were moved, given the usual ones, which add up to 1; the others stay the service's. Null where none was moved. */
export function weightsOf(usual: Record<string, number>, steps: Record<string, number>): Variables['weights'] {
  const asInput = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const moved = Object.entries(usual).filter(([name]) => name in steps);
  return moved.length ? Object.fromEntries(moved.map(([name, weight]) => [asInput(name), weight * STEPS[steps[name]!]!])) : null;
}

export const clearFilters = () => setParams({ country: '', language: '', size: '' });

const weightsByFacet = (answer: { partnerCandidates: { candidates: { facets: { name: string; weight: number }[] }[] } }) =>
  Object.fromEntries(answer.partnerCandidates.candidates[0]?.facets.map((f) => [f.name, f.weight]) ?? []);

/** What a seeker looks for and offers in its own words. */
export interface Asked { needs: string[]; offers: string[] }
export const NOTHING_ASKED: Asked = { needs: [], offers: [] };
const MOST_TEXTS = 10;

/** What stands in the fields for one's own words; `counts`: the list is arranged by it. */
export interface Words { needs: string; offers: string; counts: boolean }
const place = (municipality: string) => `words ${municipality}`;

/** Keeps what is written while the page comes in another language: in this tab only, and until then only. */
export function keepWords(municipality: string, words: Words): void {
  try { sessionStorage.setItem(place(municipality), JSON.stringify(words)); } catch { /* a browser may keep nothing */ }
}
/** Takes what was kept, which is there once. */
export function takeWords(municipality: string): Words | undefined {
  try {
    const kept = sessionStorage.getItem(place(municipality));
    sessionStorage.removeItem(place(municipality));
    return kept ? (JSON.parse(kept) as Words) : undefined;
  } catch { return undefined; }
}

/** Each line is a text; what is beyond the tenth belongs to the tenth. */
function texts(written: string): string[] {
  const lines = written.split('\n').map((line) => line.trim()).filter(Boolean);
  return lines.length <= MOST_TEXTS ? lines : [...lines.slice(0, MOST_TEXTS - 1), lines.slice(MOST_TEXTS - 1).join(' ')];
}

export interface Ranked { answer: Answer; usual: Record<string, number> }

/** What is written, as it is asked. */
export const asAsked = ({ needs, offers }: Pick<Words, 'needs' | 'offers'>): Asked => ({ needs: texts(needs), offers: texts(offers) });

/** The candidates as the address wants them and for what was written; `usual` are the usual weights where they are known already. */
export async function rank(municipality: string, first: number, usual: Record<string, number>, signal: AbortSignal, asked: Asked = NOTHING_ASKED): Promise<Ranked> {
  const steps = readSteps(param('weights'));
  const fair = isFair();
  const other = fair || Object.keys(steps).length > 0; // than usual: then the answer does not tell the usual weights
  const filter = filterOf(param('country'), param('language'), param('size'));
  const known = other && !Object.keys(usual).length ? weightsByFacet(await request(USUAL_WEIGHTS, { municipality }, signal)) : usual;
  const ask = () => request(CANDIDATES, { municipality, first, filter, weights: weightsOf(known, steps), fair, ...asked, language: apiLanguage }, signal);
  const answer = await (asked === NOTHING_ASKED ? ask() : askTwice(ask));
  return { answer, usual: other || !answer.partnerCandidates.candidates.length ? known : weightsByFacet(answer) };
}
