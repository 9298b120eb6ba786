// The state of this page as it stands in the address: what experts are needed for, and who has said no.
import type { VariablesOf } from '../../lib/api';
import { date, t } from '../../lib/i18n';
import { ownId } from '../../lib/names';
import { today } from '../../editing/confirm';
import type { EXPERTS, Mission, MISSIONS } from './queries';

export type Need = NonNullable<VariablesOf<typeof EXPERTS>['need']>;
type MissionFilter = NonNullable<VariablesOf<typeof MISSIONS>['filter']>;
export const PAGE = 10, MOST = 100, MOST_SLOTS = 20;

/** What stands in the form: as the mission says where nobody has said otherwise. */
export interface Draft { slots: number; topics: string[]; languages: string[]; interpretation: boolean; startsOn: string; endsOn: string }

/** Missions that are still to come, those without a day last. */
export const coming = (): MissionFilter => ({ or: [{ startsOnMin: today() }, { not: { startsOnMin: '0001-01-01' } }] });

/** When it takes place, in words. */
export function days({ startsOn, endsOn }: { startsOn: string | null; endsOn: string | null }): string {
  if (!startsOn) return t('missions.undated');
  return endsOn && endsOn !== startsOn ? t('missions.days', { from: date(startsOn), to: date(endsOn) }) : date(startsOn);
}

/** Which missions are staffed together: for each how many places, for each person how many missions, and how many days between two. */
export interface Round { missions: string[]; slots: number; capacity: number; apart: number }
export const MOST_MISSIONS = 50, MOST_APART = 366;

export function readRound(search: string): Round {
  const p = new URLSearchParams(search);
  const whole = (name: string, least: number, most: number, usual: number) => { const n = Number(p.get(name) ?? usual); return n >= least && n <= most ? Math.round(n) : usual; };
  return { missions: listed(p.get('of') ?? '').map((id) => `mission:${id}`), slots: whole('n', 1, MOST_SLOTS, 2), capacity: whole('cap', 1, MOST_MISSIONS, 2), apart: whole('apart', 0, MOST_APART, 30) };
}
export const writeRound = (r: Round): Record<string, string> => ({ of: r.missions.map(ownId).join('|'), n: String(r.slots), cap: String(r.capacity), apart: String(r.apart) });

const listed = (text: string) => text.split('|').filter(Boolean);

/** What a mission itself says; nothing for a need without one. */
export const said = (mission: Mission | undefined): Draft => ({
  slots: Math.min(Math.max(mission?.experts.edges.length ?? 0, 1), MOST_SLOTS), topics: mission?.topics.edges.map((e) => e.node.id) ?? [], languages: [...(mission?.languages ?? [])],
  interpretation: mission?.interpretation ?? false, startsOn: mission?.startsOn ?? '', endsOn: mission?.endsOn ?? '',
});

export function readDraft(search: string, mission: Mission | undefined): Draft {
  const p = new URLSearchParams(search), base = said(mission), slots = Number(p.get('n'));
  return {
    slots: slots >= 1 && slots <= MOST_SLOTS ? Math.round(slots) : base.slots,
    topics: p.has('topics') ? listed(p.get('topics')!).filter((id) => id !== '-').map((id) => (id.includes(':') ? id : `topic:${id}`)) : base.topics,
    languages: p.has('lang') ? listed(p.get('lang')!).filter((code) => code !== '-') : base.languages,
    interpretation: p.has('interp') ? p.get('interp') === '1' : base.interpretation,
    startsOn: p.get('from') ?? base.startsOn, endsOn: p.get('to') ?? base.endsOn,
  };
}

const differs = (a: string[], b: string[]) => [...a].sort().join() !== [...b].sort().join();
const own = (id: string) => id.replace(/^topic:/, '');

/** What the address says of a draft: only what is not as the mission says. */
export function writeDraft(d: Draft, mission: Mission | undefined): Record<string, string> {
  const base = said(mission);
  return {
    n: d.slots === base.slots ? '' : String(d.slots),
    topics: differs(d.topics, base.topics) ? d.topics.map(own).join('|') || '-' : '',
    lang: differs(d.languages, base.languages) ? d.languages.join('|') || '-' : '',
    interp: d.interpretation === base.interpretation ? '' : d.interpretation ? '1' : '0',
    from: d.startsOn === base.startsOn ? '' : d.startsOn, to: d.endsOn === base.endsOn ? '' : d.endsOn,
  };
}

/** The need as the API takes it. */
export const needOf = (d: Draft, declined: string[]): Need => ({
  subjects: d.topics, languages: d.languages, interpretation: d.interpretation, slots: d.slots,
  ...(d.startsOn && d.endsOn ? { startsOn: d.startsOn, endsOn: d.endsOn } : {}), declined,
});

export const readDeclined = (text: string): string[] => listed(text).map((id) => `expert:${id}`);
