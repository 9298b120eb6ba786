// Quotas put into words.
import { regionName } from '../../lib/countries';
import { country, t } from '../../lib/i18n';
import { named, ownId, type Named } from '../../lib/names';
import type { Kind } from './view';

type Goal = Named & { id: string; number: number };

/** What a quota counts. */
export function quotaName(by: Kind, value: string, goals: Goal[]): string {
  switch (by) {
    case 'REGION': return regionName(value);
    case 'COUNTRY': return country(value);
    case 'DAC_GROUP': return t(`plan.dac.${value as 'LDC'}`);
    case 'LAND': return value;
    case 'GOAL': {
      const goal = goals.find((one) => ownId(one.id) === ownId(value));
      return goal ? `${goal.number} ${named(goal)}` : value;
    }
  }
}

/** A bound of a quota with a number. */
export const boundText = (bound: { by: Kind; value: string; bound: string }, n: number, goals: Goal[]) =>
  t(bound.bound === 'minimum' ? 'plan.boundLeast' : 'plan.boundMost', { n, name: quotaName(bound.by, bound.value, goals) });
