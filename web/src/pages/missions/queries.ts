// What the page "Missions" asks.
import { graphql, type ResultOf } from '../../lib/api';

export const MISSIONS = graphql(`
  query Missions($filter: MissionFilter, $direction: OrderDirection!, $first: Int, $after: String, $last: Int, $before: String) {
    missions(filter: $filter, orderBy: { field: STARTS_ON, direction: $direction }, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { node { id name mode startsOn endsOn sender { id name } host { id name country } experts(first: 0) { totalCount } } }
    }
  }
`);
export type Missions = ResultOf<typeof MISSIONS>['missions'];

export const MISSION = graphql(`
  query MissionAtHand($id: ID!) {
    mission(id: $id) {
      id revision name mode startsOn endsOn languages interpretation
      partnership { id name }
      sender { id name country }
      host { id name country }
      topics(first: 50) { edges { node { id name nameDe nameEs nameFr } } }
      experts(first: 50, orderBy: { field: NAME }) { edges { node { id name languages email consent department { id municipality { id name country } } stakeholder { id name } } } }
    }
  }
`);
export type Mission = NonNullable<ResultOf<typeof MISSION>['mission']>;
export type Member = Mission['experts']['edges'][number]['node'];

export const EXPERTS = graphql(`
  query ExpertsFor($mission: ID, $need: ExpertNeedInput, $first: Int!, $language: Language!) {
    expertCandidates(mission: $mission, need: $need, first: $first, keep: true) {
      considered revision algorithm
      excluded { rule count }
      conflicts { expert { id name } reason { text(language: $language) } }
      shortage { missing relax gain reason { text(language: $language) } }
      slots { expert { id name } alternates { id name } }
      candidates {
        rank score
        facets { name score weight reason(language: $language) }
        reasons(language: $language)
        remarks { text(language: $language) }
        expert { id name languages email consent department { id name municipality { id name country } } stakeholder { id name } }
      }
    }
  }
`);
export type Experts = ResultOf<typeof EXPERTS>['expertCandidates'];
export type Candidate = Experts['candidates'][number];

export const ASSIGN = graphql(`
  query Assign($missions: [ID!]!, $slots: Int!, $capacity: Int!, $apart: Int!, $language: Language!) {
    assignExperts(missions: $missions, slots: $slots, capacity: $capacity, apart: $apart, keep: true) {
      teams {
        mission { id revision name startsOn endsOn experts(first: 50, orderBy: { field: NAME }) { edges { node { ...Traveller } } } }
        slots { score expert { ...Traveller } alternates { id name } reasons { text(language: $language) } }
        open shortage { reason { text(language: $language) } }
      }
      load { missions expert { id name } }
      filled wanted revision algorithm
    }
  }
  fragment Traveller on Expert { id name languages email consent department { id municipality { id name country } } stakeholder { id name } }
`);
export type Assignment = ResultOf<typeof ASSIGN>['assignExperts'];
export type Team = Assignment['teams'][number];

export const DECLINED = graphql(`query Declined($ids: [ID!]!) { nodes(ids: $ids) { id ... on Expert { name } } }`);

export const SEND = graphql(`
  mutation SendExperts($input: MissionInput!, $ifRevision: Int, $reason: String, $key: String) { saveMission(input: $input, ifRevision: $ifRevision, reason: $reason, key: $key) { changed } }
`);

export const SENDERS = graphql(`
  query MissionSender($id: ID!) {
    municipality(id: $id) {
      id name country
      partnerships(first: 100) { edges { left node { id name ended status members(first: 20) { edges { node { id name country } } } } } }
    }
  }
`);
export type Sender = NonNullable<ResultOf<typeof SENDERS>['municipality']>;
export const PLAN_MISSION = graphql(`
  mutation PlanMission($input: MissionInput!, $key: String) { saveMission(input: $input, key: $key) { record { id } } }
`);
