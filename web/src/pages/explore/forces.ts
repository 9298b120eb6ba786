// Where records stand: ForceAtlas2 on plain arrays. The same graph gives the same picture.
import DEFAULTS from 'graphology-layout-forceatlas2/defaults.js';
import iterate from 'graphology-layout-forceatlas2/iterate.js';

export interface Task {
  /** Positions to begin with: x, y, x, y, … */
  start: Float32Array;
  /** 1 for records that stay where they are. */
  fixed: Uint8Array;
  /** Places of the ends of the links: a, b, a, b, … */
  links: Uint32Array;
  /** Units of the picture for a unit of the forces; 0: to be found. */
  scale: number;
}
export interface Placed { positions: Float32Array; scale: number; ms: number }

// as the library lays out its matrices: numbers a node, numbers a link, and where they stand
const PPN = 10, PPE = 3, MASS = 6, CONVERGENCE = 7, SIZE = 8, FIXED = 9;
const NODE_SIZE = 9;
const LINK_LENGTH = 74; // what the median link is scaled to
const MANY = 600; // from here on distant records act together (Barnes–Hut)

const rounds = (n: number) => (n <= 150 ? 500 : n <= 600 ? 260 : n <= 2000 ? 140 : 60);

export function place({ start, fixed, links, scale }: Task): Placed {
  const began = performance.now();
  const n = fixed.length, zoom = scale || 1;
  const nodes = new Float32Array(n * PPN), edges = new Float32Array((links.length / 2) * PPE);
  for (let i = 0; i < n; i++) {
    nodes[i * PPN] = start[2 * i]! / zoom;
    nodes[i * PPN + 1] = start[2 * i + 1]! / zoom;
    nodes[i * PPN + MASS] = 1;
    nodes[i * PPN + CONVERGENCE] = 1;
    nodes[i * PPN + SIZE] = NODE_SIZE;
    nodes[i * PPN + FIXED] = fixed[i]!;
  }
  for (let e = 0; e < links.length / 2; e++) {
    const [a, b] = [links[2 * e]!, links[2 * e + 1]!];
    edges.set([a * PPN, b * PPN, 1], e * PPE);
    nodes[a * PPN + MASS]! += 1;
    nodes[b * PPN + MASS]! += 1;
  }
  const settings = { ...DEFAULTS, scalingRatio: 8, gravity: 0.6, slowDown: 1 + Math.log(n + 1), barnesHutOptimize: n > MANY, barnesHutTheta: 0.7 };
  const all = rounds(n);
  for (let i = 0; i < all; i++) iterate({ ...settings, adjustSizes: n <= MANY && i > all * 0.7 }, nodes, edges);
  const found = scale || scaleOf(nodes, links);
  const positions = new Float32Array(n * 2);
  for (let i = 0; i < n; i++) {
    positions[2 * i] = fixed[i] ? start[2 * i]! : nodes[i * PPN]! * found;
    positions[2 * i + 1] = fixed[i] ? start[2 * i + 1]! : nodes[i * PPN + 1]! * found;
  }
  return { positions, scale: found, ms: performance.now() - began };
}

function scaleOf(nodes: Float32Array, links: Uint32Array): number {
  const lengths: number[] = [];
  for (let e = 0; e < links.length; e += 2) {
    const [a, b] = [links[e]! * PPN, links[e + 1]! * PPN];
    lengths.push(Math.hypot(nodes[a]! - nodes[b]!, nodes[a + 1]! - nodes[b + 1]!));
  }
  const middle = lengths.sort((a, b) => a - b)[lengths.length >> 1];
  return middle ? LINK_LENGTH / middle : 1;
}
