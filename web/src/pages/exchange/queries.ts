// What the page "Exchange" asks.
import { graphql, type ResultOf } from '../../lib/api';

export const EXCHANGES = graphql(`
  query Exchanges($municipality: ID!, $about: [ID!], $direction: ExchangeDirection, $filter: CandidateFilter, $first: Int!, $language: Language!) {
    asker: municipality(id: $municipality) {
      id name country admin1 population latitude longitude
      focuses(first: 200) { edges { direction weight node { id name ... on Topic { nameDe nameEs nameFr } ... on SdgGoal { nameDe nameEs nameFr } ... on SdgTarget { nameDe nameEs nameFr } } } }
    }
    exchangeCandidates(municipality: $municipality, about: $about, direction: $direction, filter: $filter, first: $first) {
      considered revision algorithm
      excluded { rule count }
      candidates {
        rank score direction subjects
        directions { direction worth }
        facets { name score weight reason(language: $language) }
        reasons(language: $language)
        departments { id name }
        ownDepartments { id name }
        municipality { id name country admin1 population latitude longitude }
      }
    }
  }
`);
export type Exchanges = ResultOf<typeof EXCHANGES>;
export type Peer = Exchanges['exchangeCandidates']['candidates'][number];

export const SUBJECT_NAMES = graphql(`
  query SubjectNames($ids: [ID!]!) {
    nodes(ids: $ids) { id ... on Topic { name nameDe nameEs nameFr } ... on SdgGoal { name nameDe nameEs nameFr } ... on SdgTarget { name nameDe nameEs nameFr } }
  }
`);
