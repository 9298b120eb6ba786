// Rules, their breaches and changes by hand, put into words.
import { country, finePercent, language, list, t } from '../../lib/i18n';
import type { Cost, Violation } from './queries';

/** Name of a rule by its name in the API. */
export const ruleName = (rule: string) => t(`groups.rule.${rule as 'size'}`);

function valueName(rule: string, value: string | null): string {
  if (!value) return '';
  if (rule === 'common_language') return language(value);
  return rule === 'per_country' || rule === 'balanced.country' ? country(value) : t(`groups.value.${value as 'small'}`);
}

/** Where a rule is broken, as a sentence. */
export function violationText(v: Violation, name: (id: string) => string): string {
  const params = { groups: list(v.groups.map(String)), names: list(v.municipalities.map(name)), n: v.found ?? 0, value: valueName(v.rule, v.value) };
  switch (v.rule.split('.')[0]) {
    case 'size': return t('groups.broken.size', params);
    case 'per_country': case 'balanced': return t('groups.broken.count', params);
    case 'no_isolate': return t('groups.broken.alone', params);
    case 'common_language': return t('groups.broken.tongue', params);
    case 'pinned': return t('groups.broken.pinned', params);
    default: return v.groups.length > 1 ? t('groups.broken.parted', params) : t('groups.broken.joined', params);
  }
}

/** What a change does to the weakest group. */
export const worstText = (cost: Cost) => t('groups.worstChange', { before: finePercent(cost.worstBefore), after: finePercent(cost.worstAfter) });

/** What a change does to the rules. */
export function rulesText(cost: Cost): string {
  const names = (breaches: { rule: string }[]) => list([...new Set(breaches.map((b) => ruleName(b.rule)))]);
  const parts = [cost.broken.length ? t('groups.breaks', { rules: names(cost.broken) }) : '', cost.mended.length ? t('groups.mends', { rules: names(cost.mended) }) : ''];
  return parts.filter(Boolean).join(' ') || t('groups.breaksNone');
}
