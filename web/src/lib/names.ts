// Names of records in the page's language, and how municipalities are introduced.
import { country, lang, t, type Lang } from './i18n';

export interface Named { name?: string | null; nameDe?: string | null; nameEs?: string | null; nameFr?: string | null }

/** A record's name in a language, in English where there is none. */
export function namedIn(language: Lang, record: Named): string {
  return { de: record.nameDe, es: record.nameEs, fr: record.nameFr, en: record.name }[language] ?? record.name ?? '';
}

/** A record's name in the page's language, in English where there is none. */
export const named = (record: Named) => namedIn(lang, record);

/** The id without its kind, as it stands in addresses. */
export const ownId = (id: string) => id.slice(id.indexOf(':') + 1);

/** Whether that is a region's code and not its name. */
export const isCode = (region: string) => /^[A-Z\d]{1,3}$/.test(region);
/** A municipality's region, if its name is known and not only its code. */
export const regionOf = ({ admin1 }: { admin1: unknown }) => (typeof admin1 === 'string' && !isCode(admin1) ? admin1 : '');

/** Region, country and inhabitants of a municipality in one line. */
export function whereabouts(place: { country: string; admin1: string | null; population: number | null }): string {
  const parts = [regionOf(place), country(place.country), place.population ? t('place.inhabitants', { n: place.population }) : ''];
  return parts.filter(Boolean).join(' · ');
}

/** A share from 0 to 1 in a word. */
export function degree(score: number | null): string {
  if (score === null) return t('degree.unknown');
  if (score >= 0.8) return t('degree.veryHigh');
  if (score >= 0.6) return t('degree.high');
  if (score >= 0.4) return t('degree.medium');
  return score >= 0.2 ? t('degree.low') : t('degree.veryLow');
}

