// What the picture shows, as plain columns: quick to draw, to find things in, and to write to a file.
import type { View } from '../../lib/gestures';
import { ALL_KINDS, type Kind } from '../../records/model';
import type { Graph, Node } from './graph';

export interface Scene {
  nodes: Node[];
  x: Float32Array; y: Float32Array; r: Float32Array; kind: Uint8Array;
  /** Links of each record in the picture. */
  degree: Uint16Array;
  /** The records, the best linked first. */
  order: Uint32Array;
  /** Ends of the links: a, b, a, b, … */
  links: Uint32Array;
  place: Map<string, number>;
}

export const kindAt = (scene: Scene, i: number): Kind => ALL_KINDS[scene.kind[i]!]!;

/** The picture of the records of a graph that are shown and have a place. */
export function sceneOf(graph: Graph, shown: Set<string>, places: Map<string, [number, number]>, middle: string): Scene {
  const nodes = [...graph.nodes.values()].filter((n) => shown.has(n.id) && places.has(n.id)), n = nodes.length;
  const place = new Map(nodes.map((node, i) => [node.id, i]));
  const links = graph.links.flatMap(({ source, target }) => (place.has(source) && place.has(target) ? [place.get(source)!, place.get(target)!] : []));
  const scene: Scene = { nodes, place, x: new Float32Array(n), y: new Float32Array(n), r: new Float32Array(n), kind: new Uint8Array(n), degree: new Uint16Array(n), order: new Uint32Array(n), links: new Uint32Array(links) };
  for (const end of links) scene.degree[end]!++;
  scene.order.set(nodes.map((_, i) => i).sort((a, b) => scene.degree[b]! - scene.degree[a]!));
  nodes.forEach((node, i) => {
    [scene.x[i], scene.y[i]] = places.get(node.id)! as [number, number];
    scene.kind[i] = ALL_KINDS.indexOf(node.kind);
    scene.r[i] = node.id === middle ? 14 : Math.min(6 + Math.sqrt(scene.degree[i]!), 12);
  });
  return scene;
}

/** The record nearest to a point of the picture, within some distance. */
export function nearest(scene: Scene, x: number, y: number, reach: number): number {
  let best = -1, least = reach;
  for (let i = 0; i < scene.x.length; i++) {
    const far = Math.hypot(scene.x[i]! - x, scene.y[i]! - y) - scene.r[i]!;
    if (far < least) { least = far; best = i; }
  }
  return best;
}

/** The record that lies next in a direction (of length 1): the nearest within 45 degrees, else the nearest on that side. */
export function beside(scene: Scene, from: number, dx: number, dy: number): number {
  let best = -1, least = Infinity;
  for (let i = 0; i < scene.x.length; i++) {
    const [x, y] = [scene.x[i]! - scene.x[from]!, scene.y[i]! - scene.y[from]!];
    const along = x * dx + y * dy, across = Math.abs(x * dy - y * dx);
    if (i === from || along <= 0) continue;
    const cost = along + across + (across > along ? 1e6 : 0);
    if (cost < least) { least = cost; best = i; }
  }
  return best;
}

/** The view that shows the whole picture. */
export function fitting(scene: Scene, width: number, height: number): View {
  if (!scene.x.length) return { x: 0, y: 0, k: 1 };
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < scene.x.length; i++) {
    left = Math.min(left, scene.x[i]!); right = Math.max(right, scene.x[i]!);
    top = Math.min(top, scene.y[i]!); bottom = Math.max(bottom, scene.y[i]!);
  }
  const [mx, my] = [Math.min(70, width / 8), Math.min(44, height / 8)];
  const k = Math.min((width - 2 * mx) / Math.max(right - left, 1), (height - 2 * my) / Math.max(bottom - top, 1), 1.5);
  return { k, x: width / 2 - (k * (left + right)) / 2, y: height / 2 - (k * (top + bottom)) / 2 };
}
