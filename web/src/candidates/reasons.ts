// What speaks for a candidate, what is to be considered, and what is not known: read from its facets.
import type { Candidate, Facet } from './queries';

/** Facets on which even a little speaks for a candidate; on the others it has to be much. */
const LITTLE_IS_MUCH = new Set(['needs', 'offers', 'goals', 'partners', 'circle', 'experience', 'regions', 'openness', 'capacity']);
const speaksFor = (f: Facet) => f.score !== null && f.score >= (LITTLE_IS_MUCH.has(f.name) ? 0.05 : 0.5);
const weightiest = (a: Facet, b: Facet) => b.share - a.share;

export const inFavour = (c: Candidate): Facet[] => c.facets.filter(speaksFor).sort(weightiest);
export const toConsider = (c: Candidate): Facet[] => c.facets.filter((f) => f.score !== null && !speaksFor(f)).sort((a, b) => b.weight - a.weight);
export const unknown = (c: Candidate): Facet[] => c.facets.filter((f) => f.score === null);
