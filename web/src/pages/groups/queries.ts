// What the page "Peer groups" asks.
import { graphql, type ResultOf } from '../../lib/api';

export const CHOICES = graphql(`
  query GroupChoices {
    events(first: 100, orderBy: { field: STARTS_ON, direction: ASC }) { edges { node { id name startsOn endsOn mode municipalities { totalCount } } } }
    phases(first: 50) { edges { node { id name nameDe nameEs nameFr } } }
  }
`);
export type Choices = ResultOf<typeof CHOICES>;
export type Meeting = Choices['events']['edges'][number]['node'];

export const PLAN = graphql(`
  query PeerGroupPlan($input: PeerGroupsInput!, $language: Language!) {
    peerGroups(input: $input) {
      participants kept cutShort worstScore meanScore revision algorithm
      compliance { rule satisfied total violations { rule round municipalities groups value found } }
      relaxations { rule exceptions value text(language: $language) }
      rounds {
        number
        groups {
          number score theme(language: $language) language notSpeaking
          facilitator { id }
          themes { subject }
          lacks { subject }
          experts { id name }
          members { municipality { id name country } brings { subject others } seeks { subject others } }
        }
      }
    }
  }
`);
export type Plan = ResultOf<typeof PLAN>['peerGroups'];
export type Group = Plan['rounds'][number]['groups'][number];
export type Member = Group['members'][number];
export type Violation = Plan['compliance'][number]['violations'][number];

export const MOVES = graphql(`
  query GroupMoves($input: PeerGroupsInput!, $municipality: ID!, $round: Int!) {
    peerGroups(input: $input) { moveCosts(municipality: $municipality, round: $round) { group cost { scores { group before after } worstBefore worstAfter broken { rule } mended { rule } } } }
  }
`);
export const SWAPS = graphql(`
  query GroupSwaps($input: PeerGroupsInput!, $municipality: ID!, $group: Int!, $round: Int!) {
    peerGroups(input: $input) { swapCosts(municipality: $municipality, group: $group, round: $round) { other cost { scores { group before after } worstBefore worstAfter broken { rule } mended { rule } } } }
  }
`);
export type Cost = ResultOf<typeof MOVES>['peerGroups']['moveCosts'][number]['cost'];

export const SUBJECTS = graphql(`
  query Subjects($ids: [ID!]!) {
    nodes(ids: $ids) { id ... on Topic { name nameDe nameEs nameFr } ... on SdgGoal { name nameDe nameEs nameFr } ... on SdgTarget { name nameDe nameEs nameFr } }
  }
`);

export const TOWNS = graphql(`query Towns($ids: [ID!]!) { nodes(ids: $ids) { id ... on Municipality { name } } }`);
