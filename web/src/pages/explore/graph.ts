// The part of the network that is shown: put together from answers, filtered without moving anything.
import { compare } from '../../lib/i18n';
import { kindOf, type Kind } from '../../records/model';
import { kindWord, titleOf, type Item } from '../../records/words';
import type { Part, Shown } from './queries';

export interface Node { id: string; kind: Kind; title: string; depth: number; country: string; countries: string[]; goals: string[]; phases: string[]; from: string; to: string; data: Shown }
export interface Link { source: string; target: string; kind: string }
export interface Graph { nodes: Map<string, Node>; links: Link[] }
export interface Filter { hidden: readonly Kind[]; country: string; goal: string; phase: string; year: string }

const ids = (list: Shown['goals']) => list?.edges.map((e) => e.node.id) ?? [];

function toNode(data: Shown, depth: number): Node {
  const members = data.members?.edges.map((e) => e.node) ?? [];
  return {
    id: data.id, kind: kindOf(data.id)!, title: titleOf(data as Item), depth, data,
    country: data.country ?? '', countries: data.country ? [data.country] : [...new Set(members.map((m) => m.country))],
    goals: ids(data.goals), phases: data.phase ? [data.phase.id] : ids(data.phases),
    from: data.started ?? data.startsOn ?? '', to: data.ended ?? data.endsOn ?? '',
  };
}

/** The graph of several answers, each around the middle or around a record `at` of an earlier one; the first says how far a record is. */
export function merged(parts: { part: Part; at?: string }[]): Graph {
  const nodes = new Map<string, Node>(), links = new Map<string, Link>();
  for (const { part, at } of parts) {
    const depth = at ? (nodes.get(at)?.depth ?? 1) : 0;
    part.nodes.forEach((data, i) => { if (!nodes.has(data.id)) nodes.set(data.id, toNode(data, depth + (part.depths[i] ?? 0))); });
    part.links.kinds.forEach((kind, i) => {
      const source = part.nodes[part.links.sources[i]!]!.id, target = part.nodes[part.links.targets[i]!]!.id;
      links.set(`${source} ${kind} ${target}`, { source, target, kind });
    });
  }
  for (const { source, target } of links.values()) { // goals and phases that are shown as records count as well
    const [a, b] = [nodes.get(source)!, nodes.get(target)!];
    if (b.kind === 'sdg_goal' && !a.goals.includes(b.id)) a.goals.push(b.id);
    if (b.kind === 'phase' && !a.phases.includes(b.id)) a.phases.push(b.id);
  }
  return { nodes, links: [...links.values()] };
}

/** Ways from one record to another as a part: each step is a link. */
export function ofWays(ways: { nodes: Shown[] }[]): Part {
  const place = new Map<string, number>(), part: Part = { total: 0, truncated: false, depths: [], nodes: [], links: { kinds: [], sources: [], targets: [] } };
  for (const { nodes } of ways) nodes.forEach((data, step) => {
    if (!place.has(data.id)) { place.set(data.id, part.nodes.length); part.nodes.push(data); part.depths.push(step); }
    if (!step) return;
    part.links.kinds.push(''); part.links.sources.push(place.get(nodes[step - 1]!.id)!); part.links.targets.push(place.get(data.id)!);
  });
  part.total = part.nodes.length;
  return part;
}

const TIED: readonly Kind[] = ['partnership', 'mission', 'event'];

function admits(node: Node, { hidden, country, goal, phase, year }: Filter): boolean {
  if (hidden.includes(node.kind)) return false;
  if (country && (node.kind === 'municipality' ? node.country !== country : node.kind === 'partnership' && node.countries.length > 0 && !node.countries.includes(country))) return false;
  if (!TIED.includes(node.kind)) return true;
  if (goal && !node.goals.includes(goal)) return false;
  if (phase && node.kind !== 'mission' && !node.phases.includes(phase)) return false;
  // what is not known to have begun or ended counts as lasting
  return !year || ((!node.from || node.from.slice(0, 4) <= year) && (!node.to || node.to.slice(0, 4) >= year));
}

/** Ids of the records that a filter leaves: those it admits that still hang together with the middle. */
export function admitted(graph: Graph, middle: string, filter: Filter): Set<string> {
  const left = new Set([...graph.nodes.values()].filter((n) => n.id === middle || admits(n, filter)).map((n) => n.id));
  const near = new Map([...left].map((id): [string, string[]] => [id, []]));
  for (const { source, target } of graph.links) {
    if (!left.has(source) || !left.has(target)) continue;
    near.get(source)!.push(target);
    near.get(target)!.push(source);
  }
  const reached = new Set([middle]), queue = [middle];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) for (const next of near.get(at) ?? []) if (!reached.has(next)) { reached.add(next); queue.push(next); }
  return reached;
}

/** Orders of the table. */
export const ORDERS = {
  kind: (a: Node, b: Node) => compare(kindWord(a.kind), kindWord(b.kind)) || compare(a.title, b.title),
  title: (a: Node, b: Node) => compare(a.title, b.title),
  depth: (a: Node, b: Node) => a.depth - b.depth || ORDERS.kind(a, b),
} as const;
export type Order = keyof typeof ORDERS;
