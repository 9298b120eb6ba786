// Moving and zooming a picture by mouse, fingers and wheel; a click is told apart from a drag.
export interface View { x: number; y: number; k: number }
export interface Point { x: number; y: number }

interface Host {
  view: () => View;
  setView: (view: View) => void;
  /** Where the mouse is, while nothing is dragged. */
  hover: (at: Point) => void;
  click: (at: Point) => void;
  /** Whether the wheel zooms; else the page scrolls. */
  wheeling: () => boolean;
  smallest: number;
  largest: number;
}
const CLICK = 5; // pixels a pointer may move in a click

export class Gestures {
  #pointers = new Map<number, Point>();
  #moved = 0;
  constructor(private readonly host: Host) {}

  /** Zooms by a factor, so that a point of the picture stays where it is. */
  zoom(factor: number, { x, y }: Point): void {
    const view = this.host.view(), k = Math.min(Math.max(view.k * factor, this.host.smallest), this.host.largest), f = k / view.k;
    this.host.setView({ k, x: x - (x - view.x) * f, y: y - (y - view.y) * f });
  }
  #inside(event: MouseEvent): Point {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }
  pressed = (event: PointerEvent): void => {
    if (event.button) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    if (!this.#pointers.size) this.#moved = 0;
    this.#pointers.set(event.pointerId, this.#inside(event));
  };
  dragged = (event: PointerEvent): void => {
    const now = this.#inside(event), before = this.#pointers.get(event.pointerId);
    if (!before) { if (event.pointerType !== 'touch') this.host.hover(now); return; }
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      this.zoom(Math.hypot(now.x - other.x, now.y - other.y) / Math.max(Math.hypot(before.x - other.x, before.y - other.y), 1), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
      this.#moved = Infinity;
    } else {
      this.#moved += Math.hypot(now.x - before.x, now.y - before.y);
      const view = this.host.view();
      if (this.#moved > CLICK) this.host.setView({ ...view, x: view.x + now.x - before.x, y: view.y + now.y - before.y });
    }
    this.#pointers.set(event.pointerId, now);
  };
  released = (event: PointerEvent): void => {
    const was = this.#pointers.delete(event.pointerId);
    if (was && this.#moved <= CLICK && event.type !== 'pointercancel') this.host.click(this.#inside(event));
  };
  /** To be added as a listener that is not passive. */
  wheeled = (event: WheelEvent): void => {
    if (!event.ctrlKey && !event.metaKey && !this.host.wheeling()) return; // the page scrolls on over a picture that nobody works with
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), this.#inside(event));
  };
}
