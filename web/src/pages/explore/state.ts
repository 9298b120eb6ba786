// The state of the page in its address.
import { param, setParams } from '../../lib/url.svelte';
import { ALL_KINDS, type Kind } from '../../records/model';
import type { Filter } from './graph';

export const LIMITS = [100, 200, 500, 2000, 5000, 20_000] as const;
export const USUAL_LIMIT = 200;
export const DEPTHS = [1, 2, 3] as const;
/** Records that can be opened beside the one in the middle. */
export const MOST_OPENED = 12;

const among = <T>(all: readonly T[], value: T, usual: T) => (all.includes(value) ? value : usual);

export const depth = () => among(DEPTHS, Number(param('depth')) as 1, 1);
export const limit = () => among(LIMITS, Number(param('limit')) as 100, USUAL_LIMIT);
const listed = (name: string) => param(name).split(',').filter(Boolean);
export const opened = () => listed('open').slice(0, MOST_OPENED);
export const hidden = () => listed('hide').filter((kind): kind is Kind => ALL_KINDS.includes(kind as Kind));
export const filter = (): Filter => ({ hidden: hidden(), country: param('country'), goal: param('goal'), phase: param('phase'), year: /^\d{4}$/.test(param('year')) ? param('year') : '' });

/** Adds a value to a list in the address, or takes it out. */
export function toggle(name: string, value: string): void {
  const values = listed(name);
  setParams({ [name]: (values.includes(value) ? values.filter((v) => v !== value) : [...values, value]).join(',') });
}
