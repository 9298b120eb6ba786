// What the page "My municipality" asks.
import { graphql, type ResultOf } from '../../lib/api';

export const HOME = graphql(`
  query Home($id: ID!) {
    municipality(id: $id) {
      id name country admin1 population
      interestsReceived(first: 0, filter: { status: [OPEN] }) { totalCount }
      seeks: focuses(direction: SEEKS, first: 0) { totalCount }
      offers: focuses(direction: OFFERS, first: 0) { totalCount }
    }
  }
`);

export const PROFILE = graphql(`
  query Profile($id: ID!) {
    municipality(id: $id) { id revision name names country admin1 latitude longitude population languages seeking capacity optedOut verifiedOn }
  }
`);
export const SAVE_MUNICIPALITY = graphql(`
  mutation SaveMunicipality($input: MunicipalityInput!, $ifRevision: Int, $key: String) { saveMunicipality(input: $input, ifRevision: $ifRevision, key: $key) { changed } }
`);

export const FOCUSES = graphql(`
  query Focuses($id: ID!) {
    municipality(id: $id) {
      revision
      focuses(first: 500) {
        edges { direction weight evidence verifiedOn node { id name ... on Topic { nameDe nameEs nameFr } ... on SdgGoal { number nameDe nameEs nameFr } ... on SdgTarget { nameDe nameEs nameFr } } }
      }
    }
  }
`);
export type FocusEdge = NonNullable<ResultOf<typeof FOCUSES>['municipality']>['focuses']['edges'][number];

export const SUBJECTS = graphql(`
  query SubjectsInWords($text: String!) {
    subjectsOfText(text: $text, first: 5) {
      reader
      topics { topic { id name nameDe nameEs nameFr } }
      targets { target { id name nameDe nameEs nameFr } }
      goals { goal { id name nameDe nameEs nameFr } }
    }
  }
`);

export const PEOPLE = graphql(`
  query People($id: ID!) {
    municipality(id: $id) {
      departments(first: 200, orderBy: { field: NAME }) {
        edges { node {
          id revision name verifiedOn
          topics(first: 100) { edges { node { id name nameDe nameEs nameFr } } }
          experts(first: 100, orderBy: { field: NAME }) {
            edges { node { id revision name languages availableFrom availableTo email consent verifiedOn topics(first: 100) { edges { node { id name nameDe nameEs nameFr } } } } }
          }
        } }
      }
    }
  }
`);
export type Department = NonNullable<ResultOf<typeof PEOPLE>['municipality']>['departments']['edges'][number]['node'];
export type Expert = Department['experts']['edges'][number]['node'];
export const SAVE_DEPARTMENT = graphql(`
  mutation SaveDepartment($input: DepartmentInput!, $ifRevision: Int, $key: String) { saveDepartment(input: $input, ifRevision: $ifRevision, key: $key) { changed } }
`);
export const SAVE_EXPERT = graphql(`
  mutation SaveExpert($input: ExpertInput!, $ifRevision: Int, $key: String) { saveExpert(input: $input, ifRevision: $ifRevision, key: $key) { changed } }
`);
export const DELETE = graphql(`mutation Delete($id: ID!, $confirm: Boolean!, $ifRevision: Int) { deleteRecord(id: $id, confirm: $confirm, ifRevision: $ifRevision) { records links { name count } done } }`);

export const INTERESTS = graphql(`
  query Interests($id: ID!, $first: Int!) {
    municipality(id: $id) {
      interestsReceived(first: $first, orderBy: { field: ASKED_ON, direction: DESC }) { totalCount edges { node { ...InterestParts asker { id name country } } } }
      interestsSent(first: $first, orderBy: { field: ASKED_ON, direction: DESC }) { totalCount edges { node { ...InterestParts asked { id name country } } } }
    }
  }
  fragment InterestParts on Interest { id status message reason askedOn answeredOn expiresOn }
`);
type Interests = NonNullable<ResultOf<typeof INTERESTS>['municipality']>;
export type Received = Interests['interestsReceived']['edges'][number]['node'];
export type Sent = Interests['interestsSent']['edges'][number]['node'];

export const ANSWER = graphql(`
  mutation Answer($interest: ID!, $accept: Boolean!, $reason: String, $key: String) { answerInterest(interest: $interest, accept: $accept, reason: $reason, key: $key) { interest { status } } }
`);
export const WITHDRAW = graphql(`mutation Withdraw($interest: ID!, $key: String) { withdrawInterest(interest: $interest, key: $key) { interest { status } } }`);
export const CONTACTS = graphql(`
  query Contacts($id: ID!) {
    municipality(id: $id) { experts(first: 200) { edges { node { id name email consent languages department { name } } } } }
  }
`);

export const PROGRAMME = graphql(`
  query Programme($id: ID!, $language: Language!) {
    eligibility(municipality: $id) { eligible reason(language: $language) }
    support(municipality: $id) {
      hasGermanPartner
      nextSteps { key text(language: $language) }
      answers { applies obstacles { key text(language: $language) } offer { id name nameDe nameEs nameFr text textDe textEs textFr contact startsOn endsOn } }
    }
    municipality(id: $id) {
      partnerships(first: 200) { edges { left node { id name status started ended kind members(first: 10) { edges { node { id name } } } } } }
    }
  }
`);
export type Partnership = NonNullable<ResultOf<typeof PROGRAMME>['municipality']>['partnerships']['edges'][number]['node'];
export const READINESS = graphql(`
  query Readiness($partnership: ID!, $language: Language!) {
    readiness(partnership: $partnership) { ready checks { condition met missing { key text(language: $language) } } }
  }
`);
