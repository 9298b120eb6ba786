// The state of this page as it stands in the address: phase, places, quotas, and which variant is looked at.
import type { VariablesOf } from '../../lib/api';
import type { PLAN } from './queries';

export type Input = VariablesOf<typeof PLAN>['input'];
export const KINDS = ['REGION', 'COUNTRY', 'DAC_GROUP', 'LAND', 'GOAL'] as const;
export const VARIANTS = ['MAXIMUM', 'STABLE', 'FAIR'] as const;
export const DAC_GROUPS = ['LDC', 'LIC', 'LMIC', 'UMIC'] as const;
/** The names of the Länder as the network has them. */
export const LAENDER = ['Baden-Württemberg', 'Bayern', 'Berlin', 'Brandenburg', 'Bremen', 'Hamburg', 'Hessen', 'Mecklenburg-Vorpommern', 'Niedersachsen', 'Nordrhein-Westfalen', 'Rheinland-Pfalz', 'Saarland', 'Sachsen', 'Sachsen-Anhalt', 'Schleswig-Holstein', 'Thüringen'] as const;
export type Kind = (typeof KINDS)[number];
export type Variant = (typeof VARIANTS)[number];
export interface Quota { by: Kind; value: string; least: number; most: number | null }

/** A municipality by its own id, and how many partnerships it can take on. */
export interface Town { id: string; n: number }

export interface Draft {
  phase: string;
  places: number | null;
  source: 'CANDIDATES' | 'INTERESTS';
  each: number;
  country: string;
  quotas: Quota[];
  /** Those for which partners are looked for; none: all that look for one. */
  seekers: Town[];
  capacities: Town[];
}

const among = <T extends string>(all: readonly T[], text: string | undefined): T | undefined => all.find((one) => one === text);

function readQuota(text: string): Quota[] {
  const [by, least, most, ...value] = text.split('.');
  const kind = among(KINDS, by?.toUpperCase());
  return kind && value.join('.') ? [{ by: kind, value: value.join('.'), least: Number(least) || 0, most: most ? Number(most) || 0 : null }] : [];
}

const readTowns = (text: string | null): Town[] => (text ?? '').split('|').filter(Boolean).slice(0, 50).map((one) => {
  const [id, n] = one.split('*');
  return { id: id!, n: Number(n) >= 0 ? Math.round(Number(n)) : 1 };
});

export function readDraft(search: string): Draft {
  const p = new URLSearchParams(search);
  const places = Number(p.get('n')), each = Number(p.get('each'));
  return {
    phase: p.get('phase') ?? '', places: p.get('n') && places >= 0 ? Math.min(Math.round(places), 200) : null, source: p.get('from') === 'interests' ? 'INTERESTS' : 'CANDIDATES',
    each: each >= 1 && each <= 50 ? Math.round(each) : 10, country: p.get('country') ?? '', quotas: (p.get('q') ?? '').split('|').flatMap(readQuota),
    seekers: readTowns(p.get('for')), capacities: readTowns(p.get('can')),
  };
}

/** What the address says of a draft; `go` tells that a plan is wanted. */
export const writeDraft = (d: Draft): Record<string, string> => ({
  phase: d.phase, n: d.places === null ? '' : String(d.places), from: d.source === 'INTERESTS' ? 'interests' : '', each: d.each === 10 ? '' : String(d.each), country: d.country,
  q: d.quotas.filter((q) => q.value).map((q) => `${q.by.toLowerCase()}.${q.least}.${q.most ?? ''}.${q.value}`).join('|'),
  for: d.seekers.map((town) => town.id).join('|'), can: d.capacities.map((town) => `${town.id}*${town.n ?? 1}`).join('|'), go: '1',
});

export const readVariant = (text: string): Variant => among(VARIANTS, text.toUpperCase()) ?? 'MAXIMUM';

export const inputOf = (d: Draft, variant: Variant): Input => ({
  phase: d.phase || null, places: d.places, source: d.source, each: d.each, variant, quotas: d.quotas.filter((q) => q.value),
  filter: d.country ? { country: [d.country] } : null,
  seekers: d.seekers.length ? d.seekers.map((town) => town.id) : null, capacities: d.capacities.length ? d.capacities.map((town) => ({ municipality: town.id, capacity: town.n })) : null,
});

/** The draft with the bounds moved as the API suggests. */
export function relaxed(d: Draft, relax: { by: Kind; value: string; bound: string; possible: number }[]): Draft {
  const bound = (q: Quota, which: string) => relax.find((r) => r.by === q.by && r.value === q.value && r.bound === which)?.possible;
  return { ...d, quotas: d.quotas.map((q) => ({ ...q, least: bound(q, 'minimum') ?? q.least, most: bound(q, 'maximum') ?? q.most })) };
}
