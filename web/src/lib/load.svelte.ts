// Something that is loaded: its value, whether it takes long, what went wrong.
import { ApiError } from './api';

const PATIENCE_MS = 300;

export class Load<T> {
  value = $state.raw<T | undefined>();
  error = $state.raw<ApiError | undefined>();
  pending = $state(false);
  /** Pending for so long that the page should say so. */
  slow = $state(false);
  #work: ((signal: AbortSignal) => Promise<T>) | undefined;
  #running: AbortController | undefined;

  /** Does some work in place of what runs now; the old value stays until the new one is there. */
  async run(work: (signal: AbortSignal) => Promise<T>): Promise<void> {
    this.#running?.abort();
    const control = new AbortController();
    this.#running = control;
    this.#work = work;
    this.pending = true;
    const timer = setTimeout(() => { this.slow = true; }, PATIENCE_MS);
    control.signal.addEventListener('abort', () => clearTimeout(timer));
    try {
      const value = await work(control.signal);
      if (control.signal.aborted) return;
      this.value = value;
      this.error = undefined;
    } catch (e) {
      if (control.signal.aborted) return;
      this.error = e instanceof ApiError ? e : new ApiError('PAGE', String(e));
      if (!(e instanceof ApiError)) console.error(e);
    }
    clearTimeout(timer);
    this.pending = this.slow = false;
  }

  /** The same once more. */
  retry = (): void => { if (this.#work) void this.run(this.#work); };

  /** Forgets the value and stops what runs. */
  clear(): void {
    this.#running?.abort();
    this.value = this.error = this.#work = undefined;
    this.pending = this.slow = false;
  }
}
