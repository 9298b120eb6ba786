// The state of this page as it stands in the address: who takes part, what is wanted, what was changed by hand.
import type { VariablesOf } from '../../lib/api';
import { PLAN } from './queries';

export type Input = VariablesOf<typeof PLAN>['input'];
export const ATTRIBUTES = ['subjects', 'country', 'size', 'language', 'direction'] as const;
export type Attribute = (typeof ATTRIBUTES)[number];
/** What can be spread evenly, and in what nobody may be alone. */
export const EVEN: readonly Attribute[] = ['country', 'size', 'direction'];
export const COMPANY: readonly Attribute[] = ['subjects', 'country', 'language'];
export const SOURCES = ['event', 'filter', 'picked'] as const;

/** Round, group, and id of a member: put there by hand. */
export interface Move { round: number; group: number; town: string }

/** Everything that one sets before groups are formed; ids are without their kind. */
export interface Draft {
  from: (typeof SOURCES)[number];
  event: string;
  towns: string[];
  /** Who of these does not take part after all. */
  without: string[];
  topic: string;
  country: string;
  phase: string;
  seeking: boolean;
  by: 'number' | 'size';
  number: number;
  least: number;
  most: number;
  rounds: number;
  alike: Attribute[];
  differ: Attribute[];
  even: Attribute[];
  company: Attribute[];
  exchange: boolean;
  fresh: boolean;
  met: string[];
  tongue: boolean;
  partners: '' | 'together' | 'apart';
  perCountry: number | null;
  keep: string[][];
  split: string[][];
  pins: Record<string, number>;
  seed: number;
}

const parts = (text: string | null) => (text ?? '').split('|').filter(Boolean);
const sets = (text: string | null) => (text ?? '').split('||').map(parts).filter((set) => set.length > 1);
const attributes = (text: string | null, among: readonly Attribute[] = ATTRIBUTES) => among.filter((name) => parts(text).includes(name));
const whole = (text: string | null, usual: number, least = 1, most = 1000) => { const n = Math.round(Number(text)); return text && n >= least && n <= most ? n : usual; };

export function readDraft(search: string): Draft {
  const p = new URLSearchParams(search);
  const [least, most] = (p.get('size') ?? '').split('-');
  const event = p.get('event') ?? '', towns = parts(p.get('m'));
  const filtered = p.has('country') || p.has('topic') || p.has('phase') || p.has('seeking');
  return {
    from: event ? 'event' : filtered ? 'filter' : towns.length ? 'picked' : 'event',
    event, towns, without: parts(p.get('not')), topic: p.get('topic') ?? '', country: p.get('country') ?? '', phase: p.get('phase') ?? '', seeking: p.has('seeking'),
    by: p.has('size') ? 'size' : 'number', number: whole(p.get('n'), 4), least: whole(least ?? null, 4), most: whole(most ?? null, 6), rounds: whole(p.get('rounds'), 1, 1, 10),
    alike: p.has('alike') ? attributes(p.get('alike')) : attributes(p.get('differ')).includes('subjects') ? [] : ['subjects'],
    differ: attributes(p.get('differ')), even: attributes(p.get('even'), EVEN), company: attributes(p.get('company'), COMPANY),
    exchange: p.get('exchange') !== 'no', fresh: p.get('fresh') !== 'no', met: parts(p.get('met')), tongue: p.has('tongue'),
    partners: p.get('partners') === 'together' ? 'together' : p.get('partners') === 'apart' ? 'apart' : '',
    perCountry: p.has('max') ? whole(p.get('max'), 1) : null, keep: sets(p.get('keep')), split: sets(p.get('split')),
    pins: readPins(p.get('pins') ?? ''),
    seed: whole(p.get('seed'), 0, 0, 2 ** 31 - 1),
  };
}

/** What the address says of a draft; empty where it is as usual. */
export function writeDraft(d: Draft): Record<string, string> {
  return {
    event: d.from === 'event' ? d.event : '', m: d.from === 'filter' ? '' : d.towns.join('|'),
    not: d.without.join('|'), topic: d.from === 'filter' ? d.topic : '', country: d.from === 'filter' ? d.country : '', phase: d.from === 'filter' ? d.phase : '', seeking: d.from === 'filter' && d.seeking ? '1' : '',
    n: d.by === 'number' ? String(d.number) : '', size: d.by === 'size' ? `${d.least}-${d.most}` : '', rounds: d.rounds > 1 ? String(d.rounds) : '',
    alike: d.alike.join() === 'subjects' ? '' : d.alike.join('|') || 'none', differ: d.differ.join('|'), even: d.even.join('|'), company: d.company.join('|'),
    exchange: d.exchange ? '' : 'no', fresh: d.fresh ? '' : 'no', met: d.met.join('|'), tongue: d.tongue ? '1' : '', partners: d.partners, max: d.perCountry ? String(d.perCountry) : '',
    keep: d.keep.map((set) => set.join('|')).join('||'), split: d.split.map((set) => set.join('|')).join('||'),
    pins: writePins(d.pins), seed: d.seed ? String(d.seed) : '',
  };
}

/** Whether a draft names somebody who takes part. */
export const hasSomebody = (d: Draft) => (d.from === 'event' ? !!d.event : d.from === 'filter' ? !!(d.country || d.topic || d.phase || d.seeking) : d.towns.length > 1);

const big = <T extends string>(names: readonly T[]) => names.map((name) => name.toUpperCase()) as Uppercase<T>[];

export function inputOf(d: Draft, moves: Move[] = []): Input {
  return {
    event: d.from === 'event' ? d.event : null,
    municipalities: d.from === 'filter' ? null : d.towns,
    filter: d.from === 'filter' ? { ...(d.country && { country: [d.country] }), ...(d.topic && { focusesOn: { topic: d.topic } }), ...(d.phase && { inPhase: d.phase }), ...(d.seeking && { seeking: true }) } : null,
    ...(d.by === 'number' ? { number: d.number } : { sizeLeast: d.least, sizeMost: d.most }),
    without: d.without, earlierEvents: d.met, rounds: d.rounds, seed: d.seed,
    moves: moves.map(({ town, group, round }) => ({ municipality: town, group, round })),
    rules: {
      similar: big(d.alike), diverse: big(d.differ), balanced: big(d.even), noIsolate: big(d.company), exchange: d.exchange, fresh: d.fresh,
      commonLanguage: d.tongue, partners: d.partners ? (d.partners.toUpperCase() as 'TOGETHER' | 'APART') : null, perCountry: d.perCountry,
      together: d.keep, apart: d.split, pinned: Object.entries(d.pins).map(([municipality, group]) => ({ municipality, group })),
    },
  };
}

/** What was done by hand, one action after the other; a swap is an action of two moves. */
export const readActions = (text: string): Move[][] =>
  text.split('||').map((action) => parts(action).map((move) => /^(\d+)\.(\d+)\.(.+)$/.exec(move)).flatMap((m) => (m ? [{ round: Number(m[1]), group: Number(m[2]), town: m[3]! }] : []))).filter((action) => action.length);
export const writeActions = (actions: Move[][]) => actions.map((action) => action.map((m) => `${m.round}.${m.group}.${m.town}`).join('|')).join('||');

export const readPins = (text: string): Record<string, number> =>
  Object.fromEntries(parts(text).map((pin): [string, number] => [pin.slice(pin.indexOf('.') + 1), Number.parseInt(pin, 10)]).filter(([town, group]) => town && group > 0));
export const writePins = (pins: Record<string, number>) => Object.entries(pins).map(([town, group]) => `${group}.${town}`).join('|');

function without(search: string, names: string[]): string {
  const p = new URLSearchParams(search);
  for (const name of names) p.delete(name);
  return p.toString();
}
/** The parameters that form groups, without what was done to them by hand. */
export const formedBy = (search: string) => without(search, ['r', 'vs', 'lock', 'moves']);
/** The parameters that give the groups as they are now: by these a variant is kept. */
export const variantOf = (search: string) => without(search, ['r', 'vs', 'lock']);

/** What a suggestion of the API changes in a draft: the rule that has to yield goes, or its number grows. */
export function relaxed(d: Draft, rule: string, value: number | null): Draft {
  const [head, attribute] = rule.split('.') as [string, Attribute | undefined];
  const without = (list: Attribute[]) => list.filter((name) => name !== attribute);
  switch (head) {
    case 'per_country': return { ...d, perCountry: value };
    case 'balanced': return { ...d, even: without(d.even) };
    case 'no_isolate': return { ...d, company: without(d.company) };
    case 'common_language': return { ...d, tongue: false };
    case 'together': return { ...d, keep: [] };
    case 'apart': return { ...d, split: [] };
    case 'partners': return { ...d, partners: '' };
    case 'fresh': return { ...d, fresh: false };
    default: return { ...d, pins: {} };
  }
}
