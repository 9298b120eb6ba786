// What the page "Phase plan" asks.
import { graphql, type ResultOf } from '../../lib/api';

export const CHOICES = graphql(`
  query PlanChoices {
    phases(first: 50) { edges { node { id name nameDe nameEs nameFr capacity started ended } } }
    sdgGoals(first: 20) { edges { node { id number name nameDe nameEs nameFr } } }
  }
`);
export type Choices = ResultOf<typeof CHOICES>;

export const TOWNS = graphql(`
  query PlanTowns($ids: [ID!]!) { municipalities(filter: { ids: $ids }, first: 50) { edges { node { id name } } } }
`);

export const PLAN = graphql(`
  query PhasePlanned($input: PhasePlanInput!, $language: Language!) {
    phasePlan(input: $input) {
      variant places considered revision algorithm
      excluded { rule count }
      choices { german { id name admin1 longitude latitude } partner { id name country longitude latitude } germanFit partnerFit substitutes { german { id name } partner { id name } } }
      alternates { german { id name } partner { id name country } }
      blocking { german { id name } partner { id name country } germanFit partnerFit insteadOf { german { id name } partner { id name } } barredBy }
      quotas { by value least most count met }
      comparison { variant chosen total minimum meanGerman meanPartner blocking barred quotasMet quotas proven reason { text(language: $language) } }
      infeasible { places reason { text(language: $language) } conflict { by value bound asked } relax { by value bound asked possible } }
    }
  }
`);
export type Plan = ResultOf<typeof PLAN>['phasePlan'];
export type Choice = Plan['choices'][number];
export type Summary = Plan['comparison'][number];

export const RECORD = graphql(`
  mutation RecordChoice($input: PartnershipInput!, $partnership: ID!, $phase: ID!, $by: ID!, $reason: String!, $saving: String!, $proposing: String!) {
    savePartnership(input: $input, reason: $reason, key: $saving) { created }
    proposePartnership(partnership: $partnership, phase: $phase, by: $by, reason: $reason, key: $proposing) { partnership { id } }
  }
`);
