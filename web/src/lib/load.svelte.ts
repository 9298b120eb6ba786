// Something that is loaded: its value, whether it takes long, what went wrong.
import { untrack } from 'svelte';
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

  /** Does some work in place of what runs now; the old value stays until the new one is there. True when it ended, false when it was replaced. */
  async run(work: (signal: AbortSignal) => Promise<T>): Promise<boolean> {
    this.#running?.abort();
    const control = new AbortController();
    this.#running = control;
    this.#work = work;
    this.pending = true;
    const timer = setTimeout(() => { this.slow = true; }, PATIENCE_MS);
    control.signal.addEventListener('abort', () => clearTimeout(timer));
    try {
      const value = await untrack(() => work(control.signal)); // an effect that starts it must not depend on what it reads
      if (control.signal.aborted) return false;
      this.value = value;
      this.error = undefined;
    } catch (e) {
      if (control.signal.aborted) return false;
      this.error = e instanceof ApiError ? e : new ApiError('PAGE', String(e));
      if (!(e instanceof ApiError)) console.error(e);
    }
    clearTimeout(timer);
    this.pending = this.slow = false;
    return true;
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
