// What can be chosen in forms: topics under their broader ones, goals and targets, languages.
import { graphql, request } from '../lib/api';
import { compare, t } from '../lib/i18n';
import { named, ownId } from '../lib/names';
import { languageChoices, type Choice } from './fields';

const TOPICS = graphql(`
  query Topics { topics(first: 500) { edges { node { id name nameDe nameEs nameFr broader(first: 1) { edges { node { id name nameDe nameEs nameFr } } } } } } }
`);
const GOALS = graphql(`
  query Goals {
    sdgGoals(first: 20, orderBy: { field: NUMBER }) { edges { node { id number name nameDe nameEs nameFr targets(first: 50) { edges { node { id name nameDe nameEs nameFr } } } } } }
  }
`);
const SPOKEN = graphql(`query Spoken { countries(first: 500) { edges { node { languages } } } }`);

const byLabel = (a: Choice, b: Choice) => compare(a.group ?? a.label, b.group ?? b.label) || compare(a.label, b.label);

async function readTopics(): Promise<Choice[]> {
  const { topics } = await request(TOPICS, {});
  return topics.edges.map(({ node }) => ({ value: node.id, label: named(node), group: named(node.broader.edges[0]?.node ?? node) })).sort(byLabel);
}
async function readSubjects(): Promise<Choice[]> {
  const [own, { sdgGoals }] = await Promise.all([topics(), request(GOALS, {})]);
  const goals = sdgGoals.edges.map(({ node }) => ({ value: node.id, label: `${node.number} · ${named(node)}`, group: t('choices.goals') }));
  const targets = sdgGoals.edges.flatMap(({ node: goal }) => goal.targets.edges
    .map(({ node }) => ({ value: node.id, label: `${ownId(node.id)} · ${named(node)}`, group: t('choices.targets', { goal: `${goal.number} · ${named(goal)}` }) })).sort((a, b) => compare(a.label, b.label)));
  return [...own, ...goals, ...targets];
}
async function readLanguages(): Promise<Choice[]> {
  const { countries } = await request(SPOKEN, {});
  return languageChoices([...new Set(countries.edges.flatMap((e) => e.node.languages))]);
}

/** A reader that reads once; what failed is tried again. */
function once<T>(read: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | undefined;
  return () => (known ??= read().catch((e: unknown) => { known = undefined; throw e; }));
}
export const topics = once(readTopics);
export const subjects = once(readSubjects);
export const languages = once(readLanguages);
