// What is shown, as files: picture and data.
import { csv as written } from '../../lib/download';
import type { View } from '../../lib/gestures';
import { CORNERS } from '../../records/marks';
import { kindWord } from '../../records/words';
import type { Graph } from './graph';
import { names, radius, type Palette } from './paint';
import { kindAt, type Scene } from './scene';

const escape = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
const f = (n: number) => n.toFixed(1);

/** The picture as it is on the screen, with text that can be searched. */
export function svg(scene: Scene, view: View, width: number, height: number, palette: Palette, middle: number, title: string): string {
  const at = (i: number): [number, number] => [scene.x[i]! * view.k + view.x, scene.y[i]! * view.k + view.y];
  const lines: string[] = [], shapes: string[] = [];
  for (let e = 0; e < scene.links.length; e += 2) {
    const [[ax, ay], [bx, by]] = [at(scene.links[e]!), at(scene.links[e + 1]!)];
    lines.push(`M${f(ax)} ${f(ay)}L${f(bx)} ${f(by)}`);
  }
  scene.nodes.forEach((node, i) => {
    const kind = kindAt(scene, i), [x, y] = at(i), r = radius(scene, i, view.k), corners = CORNERS[kind];
    const shape = corners.length ? `<polygon points="${corners.map(([cx, cy]) => `${f(x + cx * r)},${f(y + cy * r)}`).join(' ')}" fill="${palette.kinds[kind]}"` : `<circle cx="${f(x)}" cy="${f(y)}" r="${f(r)}" fill="${palette.kinds[kind]}"`;
    shapes.push(`${shape}><title>${escape(`${node.title} (${kindWord(kind)})`)}</title></${corners.length ? 'polygon' : 'circle'}>`);
  });
  const measure = (text: string) => text.length * 7.4;
  const texts = names(scene, view, width, height, [middle], measure).map(({ text, x, y }) => `<text x="${f(x)}" y="${f(y)}">${escape(text)}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><title>${escape(title)}</title>
<rect width="100%" height="100%" fill="${palette.paper}"/>
<path d="${lines.join('')}" fill="none" stroke="${palette.line}" stroke-opacity=".6"/>
<g stroke="${palette.paper}">${shapes.join('\n')}</g>
<g font-family="system-ui, sans-serif" font-size="13" font-weight="600" fill="${palette.ink}" stroke="${palette.paper}" stroke-width="4" stroke-linejoin="round" paint-order="stroke">${texts.join('\n')}</g>
</svg>
`;
}

/** The records that are shown as CSV. */
export function csv(scene: Scene): string {
  const rows = scene.nodes.map((n, i) => [n.id, n.kind, n.title, n.depth, scene.degree[i]!, n.country, n.from, n.to]);
  return written([['id', 'kind', 'name', 'steps', 'links', 'country', 'from', 'to'], ...rows]);
}

/** Records and links that are shown. */
export function json(scene: Scene, graph: Graph): string {
  const nodes = scene.nodes.map(({ id, kind, title, depth, country, from, to }, i) => ({ id, kind, name: title, steps: depth, country: country || undefined, from: from || undefined, to: to || undefined, x: Math.round(scene.x[i]!), y: Math.round(scene.y[i]!) }));
  const links = graph.links.filter((l) => scene.place.has(l.source) && scene.place.has(l.target));
  return `${JSON.stringify({ nodes, links }, null, 1)}\n`;
}
