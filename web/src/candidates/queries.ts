// What the page "Find a partner" asks.
import { graphql, type ResultOf } from '../lib/api';

export const SEEKING = graphql(`
  query Seeking {
    municipalities(first: 8, filter: { seeking: true, hasGermanPartner: false, not: { country: ["DE"] } }, orderBy: { field: POPULATION, direction: DESC }) {
      totalCount
      edges { node { id name country } }
    }
  }
`);

export const USUAL_WEIGHTS = graphql(`
  query UsualWeights($municipality: ID!) {
    partnerCandidates(municipality: $municipality, first: 1) { candidates { facets { name weight } } }
  }
`);

export const CANDIDATES = graphql(`
  query Candidates($municipality: ID!, $first: Int!, $weights: FacetWeights, $fair: Boolean!, $filter: CandidateFilter, $needs: [String!], $offers: [String!], $language: Language!) {
    seeker: municipality(id: $municipality) {
      id name country admin1 population latitude longitude
      seeks: focuses(direction: SEEKS) { totalCount }
      offers: focuses(direction: OFFERS) { totalCount }
    }
    partnerCandidates(municipality: $municipality, first: $first, weights: $weights, fair: $fair, filter: $filter, needs: $needs, offers: $offers) {
      understood { side place reader subjects { id name(language: $language) } }
      considered
      algorithm
      revision
      excluded { rule count }
      unmet { reason relax gain }
      candidates {
        rank score seekerBenefit candidateBenefit
        rankRange { best worst }
        municipality { id name country admin1 population latitude longitude }
        introductions { municipality { id name country } }
        facets { name score weight share inFavour evidence reason(language: $language) }
      }
    }
  }
`);
export type Answer = ResultOf<typeof CANDIDATES>;
export type Seeker = NonNullable<Answer['seeker']>;
export type Candidate = Answer['partnerCandidates']['candidates'][number];
export type Facet = Candidate['facets'][number];

export const FACTS = graphql(`
  query Facts($seeker: ID!, $candidate: ID!, $evidence: [ID!]!) {
    seeker: municipality(id: $seeker) { focuses(first: 100) { edges { direction weight evidence verifiedOn node { ...Names } } } }
    candidate: municipality(id: $candidate) { verifiedOn focuses(first: 100) { edges { direction weight evidence verifiedOn node { ...Names } } } }
    nodes(ids: $evidence) { ...Names ... on Municipality { country } }
  }
  fragment Names on Node {
    id
    ... on Record { name }
    ... on Topic { nameDe nameEs nameFr }
    ... on SdgGoal { nameDe nameEs nameFr }
    ... on SdgTarget { nameDe nameEs nameFr }
    ... on RegionalPartnership { nameDe nameEs nameFr }
  }
`);
export type Facts = ResultOf<typeof FACTS>;

export const LANGUAGES = graphql(`
  query Languages($municipality: ID!, $country: ID!) {
    municipality(id: $municipality) { languages }
    country(id: $country) { languages }
  }
`);
