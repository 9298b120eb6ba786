// Finds a place for every record: those that have one keep it, so that nothing jumps when more come in.
import workerUrl from './layout.worker.ts?worker&url';
import type { Placed, Task } from './forces';
import type { Graph } from './graph';
import type { Part } from './queries';

interface TrustedTypes { createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string } }
// our policy lets only this one address through
const policy = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy('partnergraph', {
  createScriptURL: (url) => { if (url !== workerUrl) throw new TypeError(url); return url; },
});

const GOLDEN = Math.PI * (3 - Math.sqrt(5));
const SPREAD = 24;
const BESIDE = 12;

export class Layout {
  #worker: Worker | undefined;
  #task = 0;
  #scale = 0;
  /** Where records stand, by id. */
  places = new Map<string, [number, number]>();
  /** Milliseconds that the forces took the last time. */
  ms = 0;

  #given = false;

  /** Takes places over that the service found; what comes in later stands beside what it is linked to. */
  take({ nodes, x, y }: Part): void {
    if (!x || !y) return;
    this.#given = true;
    nodes.forEach((node, i) => this.places.set(node.id, [x[i]!, y[i]!]));
  }

  /** Gives every record of a graph a place; false when a later call overtook it. */
  async arrange(graph: Graph, middle: string): Promise<boolean> {
    const ids = [...graph.nodes.keys()], at = new Map(ids.map((id, i) => [id, i]));
    if (ids.every((id) => this.places.has(id))) return true;
    const anchors = this.#anchors(graph);
    if (this.#given) { this.#beside(ids, anchors); return true; }
    const task: Task = { start: new Float32Array(ids.length * 2), fixed: new Uint8Array(ids.length), links: new Uint32Array(graph.links.length * 2), scale: this.places.size ? this.#scale : 0 };
    ids.forEach((id, i) => {
      const known = this.places.get(id), [x, y] = known ?? anchors.get(id) ?? [0, 0];
      const away = known || id === middle ? 0 : SPREAD * Math.sqrt(i + 1);
      task.fixed[i] = known ? 1 : 0;
      task.start.set([x + Math.cos(i * GOLDEN) * away, y + Math.sin(i * GOLDEN) * away], 2 * i);
    });
    graph.links.forEach(({ source, target }, i) => task.links.set([at.get(source)!, at.get(target)!], 2 * i));
    const placed = await this.#ask(task);
    if (!placed) return false;
    this.#scale = placed.scale;
    this.ms = placed.ms;
    ids.forEach((id, i) => this.places.set(id, [placed.positions[2 * i]!, placed.positions[2 * i + 1]!]));
    return true;
  }

  /** For each new record the place of one it is linked to. */
  #anchors({ links }: Graph): Map<string, [number, number]> {
    const anchors = new Map<string, [number, number]>();
    for (const { source, target } of links) for (const [id, other] of [[source, target], [target, source]] as const) {
      const there = this.places.get(other);
      if (there && !this.places.has(id)) anchors.set(id, there);
    }
    return anchors;
  }

  #beside(ids: string[], anchors: Map<string, [number, number]>): void {
    ids.filter((id) => !this.places.has(id)).forEach((id, i) => {
      const [x, y] = anchors.get(id) ?? [0, 0], away = BESIDE * Math.sqrt(i + 1);
      this.places.set(id, [x + Math.cos(i * GOLDEN) * away, y + Math.sin(i * GOLDEN) * away]);
    });
  }

  #ask(task: Task): Promise<Placed | undefined> {
    const number = ++this.#task;
    this.#worker ??= new Worker((policy ? policy.createScriptURL(workerUrl) : workerUrl) as string, { type: 'module', name: 'layout' });
    const worker = this.#worker;
    return new Promise((done, failed) => {
      const heard = ({ data }: MessageEvent<Placed & { task: number }>) => {
        if (data.task !== number) return;
        worker.removeEventListener('message', heard);
        done(number === this.#task ? data : undefined);
      };
      worker.addEventListener('message', heard);
      worker.addEventListener('error', (e) => failed(new Error(e.message)), { once: true });
      worker.postMessage({ ...task, task: number }, [task.start.buffer, task.fixed.buffer, task.links.buffer]);
    });
  }

  /** Forgets all places. */
  clear(): void {
    this.places.clear();
    this.#given = false;
    this.#task++;
  }
}
