// A shape for each kind of record, so that colour is not the only sign. Corners within a circle of radius 1, or a circle.
import type { Kind } from './model';

const polygon = (n: number, turn = 0, radius = 1) => Array.from({ length: n }, (_, i) => corner(i / n + turn, radius));
const corner = (turns: number, radius: number): [number, number] => [Math.sin(turns * 2 * Math.PI) * radius, -Math.cos(turns * 2 * Math.PI) * radius];
const star = (n: number, inner: number, turn = 0) => Array.from({ length: 2 * n }, (_, i) => corner(i / (2 * n) + turn, i % 2 ? inner : 1.1));
const arms = (width: number, turn: number): [number, number][] => {
  const w = width, plus: [number, number][] = [[-w, -1], [w, -1], [w, -w], [1, -w], [1, w], [w, w], [w, 1], [-w, 1], [-w, w], [-1, w], [-1, -w], [-w, -w]];
  const [sin, cos] = [Math.sin(turn * 2 * Math.PI), Math.cos(turn * 2 * Math.PI)];
  return plus.map(([x, y]) => [x * cos - y * sin, x * sin + y * cos]);
};
export type Corners = [number, number][];

/** Corners by kind; none: a circle. */
export const CORNERS: Record<Kind, Corners> = {
  municipality: [],
  partnership: polygon(4, 0, 1.1),
  regional_partnership: polygon(8, 0, 1),
  topic: polygon(3, 0, 1.15),
  sdg_goal: polygon(4, 1 / 8, 1.1),
  sdg_target: polygon(4, 1 / 8, 0.8),
  department: polygon(5, 0, 1.05),
  expert: polygon(3, 1 / 2, 1.15),
  stakeholder: polygon(6, 0, 1.05),
  phase: star(5, 0.5),
  mission: arms(0.38, 0),
  event: arms(0.38, 1 / 8),
  country: polygon(8, 1 / 16, 1),
  support_offer: star(4, 0.45),
  interest: star(3, 0.5),
  demand: star(3, 0.5, 1 / 2),
  change: polygon(4, 0, 0.7),
};

/** Kinds by colour: the classes of kinds.css. */
export const SIZE: Partial<Record<Kind, number>> = { municipality: 1.15, sdg_target: 0.9, department: 0.9, expert: 0.9 };
