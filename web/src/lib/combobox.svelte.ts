// What a field that suggests while one types (ARIA combobox) does with text and keys, whatever it suggests.

interface Field<T> {
  /** What is suggested now. */
  options: () => readonly T[];
  /** Whether that is the answer to what was typed. */
  current: () => boolean;
  search: () => void;
  /** Forgets what was found. */
  clear: () => void;
  picked: (option: T) => void;
  /** The text that stays in the field after that; else none. */
  left?: (option: T) => string;
}

const PAUSE_MS = 40;

export class Combobox<T> {
  text = $state('');
  open = $state(false);
  /** The option that the arrow keys have reached; -1: none. */
  active = $state(-1);
  readonly wanted = $derived(this.text.trim());
  #eager = false; // Enter came before the answer
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Searches when no key came for `PAUSE_MS`. */
  constructor(readonly field: Field<T>) {}

  typed = (): void => {
    this.open = true;
    this.active = -1;
    this.#eager = false;
    clearTimeout(this.#timer);
    if (!this.wanted) return this.field.clear();
    this.#timer = setTimeout(this.field.search, PAUSE_MS);
  };

  /** An answer has come: takes its first option where Enter was pressed already. */
  answered(first: T | undefined): void {
    if (this.#eager && this.field.current()) this.take(first);
  }

  /** Picks an option, if there is one, and closes the list. */
  take(option: T | undefined): void {
    this.#eager = false;
    if (option === undefined) return;
    this.text = this.field.left?.(option) ?? '';
    this.open = false;
    this.active = -1;
    this.field.picked(option);
  }

  keyed = (event: KeyboardEvent): void => {
    const { length } = this.field.options();
    if (event.key === 'Enter') {
      if (this.active >= 0 || this.field.current()) this.take(this.field.options()[Math.max(this.active, 0)]);
      else this.#eager = this.wanted !== '';
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      this.open = true;
      const step = event.key === 'ArrowDown' ? 1 : -1;
      if (length) this.active = this.active < 0 && step < 0 ? length - 1 : (this.active + step + length) % length;
    } else if (event.key === 'Escape') {
      if (!this.open) this.text = '';
      this.open = false;
      this.active = -1;
    } else return;
    event.preventDefault();
  };
}
