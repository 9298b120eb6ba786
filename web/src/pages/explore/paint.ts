// Draws a scene on a canvas: links, then a shape for each record, then as many names as have room.
import type { View } from '../../lib/gestures';
import { CORNERS } from '../../records/marks';
import { ALL_KINDS, type Kind } from '../../records/model';
import type { Scene } from './scene';

export interface Palette { kinds: Record<Kind, string>; paper: string; ink: string; soft: string; line: string; accent: string; warm: string }
export interface Emphasis { selected: number; hovered: number; opened: Set<string>; middle: number; trail: Set<number> }

const CHUNK = 400; // links or shapes of one path: longer ones are slow to fill without a graphics card
const FONT = '600 13px system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif';
const FREE = 400; // records up to which names keep clear of every shape
const SMALL = 2.2; // pixels under which a shape is a dot

/** The colours of the page as it is now, light or dark. */
export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element), colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    kinds: Object.fromEntries(ALL_KINDS.map((kind) => [kind, colour(`--kind-${kind}`)])) as Record<Kind, string>,
    paper: colour('--card'), ink: colour('--ink'), soft: colour('--soft'), line: colour('--edge'), accent: colour('--focus'), warm: colour('--warm'),
  };
}

/** How large a record is drawn at a zoom: shapes shrink more slowly than distances. */
export const radius = (scene: Scene, i: number, k: number) => scene.r[i]! * Math.min(Math.max(Math.sqrt(k), 0.22), 1.4);

export function paint(context: CanvasRenderingContext2D, scene: Scene, view: View, width: number, height: number, palette: Palette, emphasis: Emphasis): void {
  context.fillStyle = palette.paper;
  context.fillRect(0, 0, width, height);
  drawLinks(context, scene, view, width, height, palette, emphasis);
  drawShapes(context, scene, view, width, height, palette, emphasis);
  drawNames(context, scene, view, width, height, palette, emphasis);
}

function drawLinks(context: CanvasRenderingContext2D, scene: Scene, { x, y, k }: View, width: number, height: number, palette: Palette, { selected, trail }: Emphasis): void {
  const strong: number[] = [], { links } = scene;
  context.lineWidth = links.length > 4000 ? 0.5 : 1;
  context.strokeStyle = palette.line;
  context.globalAlpha = links.length > 2000 ? 0.35 : 0.6;
  let count = 0;
  context.beginPath();
  for (let e = 0; e < links.length; e += 2) {
    const [a, b] = [links[e]!, links[e + 1]!];
    if (a === selected || b === selected || (trail.has(a) && trail.has(b))) { strong.push(a, b); continue; }
    const [ax, ay, bx, by] = [scene.x[a]! * k + x, scene.y[a]! * k + y, scene.x[b]! * k + x, scene.y[b]! * k + y];
    if ((ax < 0 && bx < 0) || (ay < 0 && by < 0) || (ax > width && bx > width) || (ay > height && by > height)) continue;
    context.moveTo(ax, ay);
    context.lineTo(bx, by);
    if (++count % CHUNK === 0) { context.stroke(); context.beginPath(); }
  }
  context.stroke();
  context.globalAlpha = 1;
  context.lineWidth = 2;
  context.strokeStyle = palette.soft;
  context.beginPath();
  for (let e = 0; e < strong.length; e += 2) {
    context.moveTo(scene.x[strong[e]!]! * k + x, scene.y[strong[e]!]! * k + y);
    context.lineTo(scene.x[strong[e + 1]!]! * k + x, scene.y[strong[e + 1]!]! * k + y);
  }
  context.stroke();
}

function trace(context: CanvasRenderingContext2D, kind: Kind, x: number, y: number, r: number): void {
  const corners = CORNERS[kind];
  if (r < SMALL) { context.rect(x - r, y - r, 2 * r, 2 * r); return; }
  if (!corners.length) { context.moveTo(x + r, y); context.arc(x, y, r, 0, 2 * Math.PI); return; }
  corners.forEach(([cx, cy], i) => (i ? context.lineTo(x + cx * r, y + cy * r) : context.moveTo(x + cx * r, y + cy * r)));
  context.closePath();
}

function drawShapes(context: CanvasRenderingContext2D, scene: Scene, { x, y, k }: View, width: number, height: number, palette: Palette, { selected, hovered, opened, middle }: Emphasis): void {
  const outlined = scene.x.length <= 1500;
  context.lineWidth = 1.2;
  context.strokeStyle = palette.paper;
  ALL_KINDS.forEach((kind, at) => {
    context.fillStyle = palette.kinds[kind];
    let count = 0;
    context.beginPath();
    for (let i = 0; i < scene.x.length; i++) {
      if (scene.kind[i] !== at) continue;
      const [sx, sy, r] = [scene.x[i]! * k + x, scene.y[i]! * k + y, radius(scene, i, k)];
      if (sx < -r || sy < -r || sx > width + r || sy > height + r) continue;
      trace(context, kind, sx, sy, r);
      if (++count % CHUNK === 0) { context.fill(); if (outlined) context.stroke(); context.beginPath(); }
    }
    context.fill();
    if (outlined) context.stroke();
  });
  const ring = (i: number, colour: string, out: number, w: number) => {
    context.strokeStyle = colour;
    context.lineWidth = w;
    context.beginPath();
    context.arc(scene.x[i]! * k + x, scene.y[i]! * k + y, radius(scene, i, k) * 1.2 + out, 0, 2 * Math.PI);
    context.stroke();
  };
  if (middle >= 0) ring(middle, palette.ink, 1, 1.5);
  for (const id of opened) { const i = scene.place.get(id); if (i !== undefined && i !== middle) ring(i, palette.soft, 1, 1); }
  if (hovered >= 0) ring(hovered, palette.ink, 2, 1.5);
  if (selected >= 0) ring(selected, palette.accent, 4, 3);
}

const widths = new Map<string, number>();

type Box = [number, number, number, number];
interface Written { i: number; text: string; x: number; y: number }
const over = (a: Box, b: Box) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];

/** The records whose names are written, and where: those of `first` in any case, then the best linked ones, none over another or over a shape. */
export function names(scene: Scene, { x, y, k }: View, width: number, height: number, first: number[], measure: (text: string) => number): Written[] {
  const at = (i: number): [number, number, number] => [scene.x[i]! * k + x, scene.y[i]! * k + y, radius(scene, i, k)];
  const few = scene.x.length <= FREE;
  const shapes = few ? scene.nodes.map((_, i): Box => { const [cx, cy, r] = at(i); return [cx - r, cy - r, cx + r, cy + r]; }) : [];
  const order = scene.x.length > 3000 && k < 0.5 ? [] : scene.order;
  const taken: Box[] = [], written: Written[] = [];
  for (const i of new Set([...first, ...order])) {
    if (written.length >= (few ? 60 : 26)) break;
    const [sx, sy, r] = i < 0 ? [-1, -1, 0] : at(i);
    if (sx < 0 || sy < 0 || sx > width || sy > height) continue;
    const must = first.includes(i), whole = scene.nodes[i]!.title, text = whole.length > 34 && !must ? `${whole.slice(0, 32)}…` : whole;
    const w = measure(text), gap = r + (first[0] === i ? 8 : 3), across = Math.min(Math.max(sx - w / 2, 4), Math.max(width - w - 4, 4));
    const places: [number, number][] = [[across, sy + gap], [across, sy - gap - 16], [sx + gap, sy - 8], [sx - gap - w, sy - 8]];
    const free = places.map(([left, top]): Box => [left - 2, top, left + w + 2, top + 16])
      .find((box) => box[0] >= 0 && box[2] <= width && !taken.some((one) => over(one, box)) && !shapes.some((one, j) => j !== i && over(one, box)));
    const box = free ?? (must ? ([across - 2, sy + gap, across + w + 2, sy + gap + 16] as Box) : undefined);
    if (!box) continue;
    taken.push(box);
    written.push({ i, text, x: box[0] + 2, y: box[1] + 12 });
  }
  return written;
}

function drawNames(context: CanvasRenderingContext2D, scene: Scene, view: View, width: number, height: number, palette: Palette, { selected, hovered, middle, trail }: Emphasis): void {
  context.font = FONT;
  context.lineJoin = 'round';
  const measure = (text: string) => widths.get(text) ?? widths.set(text, context.measureText(text).width).get(text)!;
  context.strokeStyle = palette.paper;
  context.fillStyle = palette.ink;
  context.lineWidth = 4;
  for (const { text, x, y } of names(scene, view, width, height, [selected, hovered, middle, ...trail], measure)) {
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  }
}
