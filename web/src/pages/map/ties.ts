// Partnerships as ties between places on the map.
import type { Named } from '../../lib/names';
import type { Member, Partnership } from './queries';

export interface Tie { id: string; name: string; kind: string; members: Member[]; countries: string[]; phases: (Named & { id: string })[]; started: string | null; ended: string | null }
export interface Site { id: string; name: string; country: string; at: [number, number]; ties: number }

export const KINDS = ['PARTNERSHIP', 'FRIENDSHIP', 'CONTACT', 'PROJECT'] as const;

export function toTie(p: Partnership): Tie {
  const members = p.members.edges.map((e) => e.node);
  return { id: p.id, name: p.name ?? members.map((m) => m.name).join(' – '), kind: p.kind, members, countries: [...new Set(members.map((m) => m.country))], phases: p.phases.edges.map((e) => e.node), started: p.started, ended: p.ended };
}

export interface Choice { country: string; kind: string; phase: string; m: string }
export const admits = (tie: Tie, { country, kind, phase, m }: Choice) =>
  (!country || tie.countries.includes(country)) && (!kind || tie.kind === kind) && (!phase || tie.phases.some((p) => p.id === phase)) && (!m || tie.members.some((one) => one.id === m));

const located = (m: Member) => m.latitude !== null && m.longitude !== null;
export const place = (m: Member): [number, number] => [m.longitude!, m.latitude!];

/** The municipalities of ties that have a place, with the number of their ties. */
export function sitesOf(ties: Tie[], more: Member[] = []): Map<string, Site> {
  const sites = new Map<string, Site>();
  const add = (m: Member, n: number) => {
    if (!located(m)) return;
    const site = sites.get(m.id) ?? { id: m.id, name: m.name, country: m.country, at: place(m), ties: 0 };
    site.ties += n;
    sites.set(m.id, site);
  };
  for (const tie of ties) for (const m of tie.members) add(m, 1);
  for (const m of more) add(m, 0);
  return sites;
}

/** The lines of a tie: from its first member to each other one. */
export const linesOf = (tie: Tie): [[number, number], [number, number]][] => {
  const [first, ...others] = tie.members.filter(located);
  return first ? others.map((m) => [place(first), place(m)]) : [];
};
