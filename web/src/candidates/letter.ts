// The first letter of one municipality to another, in a language that need not be the page's.
import type { Lang } from '../lib/i18n';
import { namedIn, type Named } from '../lib/names';
import { kindOf } from '../records/model';
import { inFavour } from './reasons';
import type { Candidate, Facts, Seeker } from './queries';

type Template = Record<'subject' | 'to' | 'greeting' | 'intro' | 'why' | 'needs' | 'offers' | 'goals' | 'partners' | 'size' | 'languages' | 'open' | 'idea' | 'ask' | 'close' | 'sign', string>;
export interface Letter { lang: Lang; subject: string; to: string; paragraphs: (string | string[])[] }

const templates = import.meta.glob<Template>('../../letters/*.json', { import: 'default' });
const MOST_TOPICS = 4;

/** The two languages of a pair: German, and the first language of the other side that we write in, else English. */
export function languagesOf(otherSide: string[]): [Lang, Lang] {
  return ['de', (otherSide.find((code) => ['en', 'es', 'fr'].includes(code)) ?? 'en') as Lang];
}

export async function writeLetter(lang: Lang, seeker: Seeker, candidate: Candidate, facts: Facts): Promise<Letter> {
  const template = await templates[`../../letters/${lang}.json`]!();
  const regions = new Intl.DisplayNames(lang, { type: 'region' });
  const list = new Intl.ListFormat(lang, { type: 'conjunction' });
  const values: Record<string, string> = {
    seeker: seeker.name, candidate: candidate.municipality.name,
    seekerCountry: regions.of(seeker.country) ?? seeker.country, candidateCountry: regions.of(candidate.municipality.country) ?? candidate.municipality.country,
  };
  const fill = (text: string, more: Record<string, string> = {}) => text.replace(/\{(\w+)\}/g, (_, name: string) => more[name] ?? values[name] ?? '');

  /** What proves a facet: what the giving side offers where that is among it, else all of it. */
  function topics(facet: string, edges: { direction: string; node: { id: string } }[] = []): string {
    const proof = new Set(candidate.facets.find((f) => f.name === facet)?.evidence ?? []);
    const given = new Set(edges.filter((e) => e.direction === 'OFFERS' && proof.has(e.node.id)).map((e) => e.node.id));
    const records = facts.nodes.filter((n): n is NonNullable<typeof n> => !!n && kindOf(n.id) !== 'department' && (given.size ? given.has(n.id) : proof.has(n.id)));
    return list.format(records.slice(0, MOST_TOPICS).map((n) => namedIn(lang, n as Named)));
  }

  const reasons: string[] = [];
  for (const { name } of inFavour(candidate)) {
    const found = name === 'needs' ? topics(name, facts.candidate?.focuses.edges) : name === 'offers' ? topics(name, facts.seeker?.focuses.edges) : name === 'goals' ? topics(name)
      : name === 'partners' ? list.format(candidate.introductions.slice(0, MOST_TOPICS).map((i) => i.municipality.name)) : '';
    if ((name === 'needs' || name === 'offers' || name === 'goals' || name === 'partners') && found) reasons.push(fill(template[name], { topics: found }));
    if (name === 'size' || name === 'languages') reasons.push(template[name]);
  }
  return {
    lang, subject: fill(template.subject), to: fill(template.to),
    paragraphs: [template.greeting, fill(template.intro), ...(reasons.length ? [template.why, reasons] : [template.open]), template.idea, template.ask, template.close, template.sign],
  };
}

/** The letter as plain text. */
export const asText = (letter: Letter) =>
  [letter.to, letter.subject, ...letter.paragraphs.map((p) => (typeof p === 'string' ? p : p.map((line) => `– ${line}`).join('\n')))].join('\n\n');
