// What speaks for a candidate, what is to be considered, and what is not known: read from its facets.
import type { Candidate, Facet } from './queries';

const weightiest = (a: Facet, b: Facet) => b.share - a.share;

export const inFavour = (c: Candidate): Facet[] => c.facets.filter((f) => f.inFavour).sort(weightiest);
export const toConsider = (c: Candidate): Facet[] => c.facets.filter((f) => f.score !== null && !f.inFavour).sort((a, b) => b.weight - a.weight);
export const unknown = (c: Candidate): Facet[] => c.facets.filter((f) => f.score === null);
