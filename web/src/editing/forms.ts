// The fields by which departments, experts, stakeholders and missions are edited, wherever that is done.
import { document as written, newKey, request } from '../lib/api';
import { t } from '../lib/i18n';
import { KINDS } from '../records/model';
import { languages, topics } from './choices';
import { today } from './confirm';
import type { Choice, Field, Value, Values, Version } from './fields';

export type Editable = 'department' | 'expert' | 'stakeholder' | 'mission';
export interface Choices { topics: Choice[]; languages: Choice[] }

/** What forms offer to choose from. */
export async function choices(): Promise<Choices> {
  const [a, b] = await Promise.all([topics(), languages()]);
  return { topics: a, languages: b };
}

const REALMS = ['POLITICS', 'BUSINESS', 'ACADEMIA', 'CIVIL_SOCIETY'] as const;

export function fieldsOf(kind: Editable, from: Choices | undefined): Field[] {
  const name: Field = { name: 'name', kind: 'text', label: t('form.name'), required: true };
  const about: Field = { name: 'topics', kind: 'picks', label: kind === 'expert' || kind === 'stakeholder' ? t('people.knows') : t('kind.topic', { n: 2 }), choices: from?.topics ?? [] };
  const spoken: Field = { name: 'languages', kind: 'picks', label: t('property.languages'), choices: from?.languages ?? [] };
  switch (kind) {
    case 'department': return [name, about];
    case 'expert': return [
      name,
      { name: 'consent', kind: 'check', label: t('people.consent'), hint: t('people.consentHint') },
      { name: 'email', kind: 'email', label: t('property.email'), hint: t('people.emailHint') },
      spoken, about,
      { name: 'availableFrom', kind: 'date', label: t('property.availableFrom') },
      { name: 'availableTo', kind: 'date', label: t('property.availableTo') },
    ];
    case 'stakeholder': return [name, { name: 'realm', kind: 'choice', label: t('property.realm'), required: true, choices: REALMS.map((value) => ({ value, label: t(`value.Realm.${value}`) })) }, about];
    case 'mission': return [
      { ...name, label: t('missions.name') },
      { name: 'mode', kind: 'choice', label: t('property.mode'), required: true, choices: (['ON_SITE', 'ONLINE'] as const).map((value) => ({ value, label: t(`value.Mode.${value}`) })) },
      { name: 'startsOn', kind: 'date', label: t('property.startsOn') },
      { name: 'endsOn', kind: 'date', label: t('property.endsOn') },
      about, spoken,
      { name: 'interpretation', kind: 'check', label: t('missions.interpretation') },
      { name: 'results', kind: 'text', label: t('property.results') },
    ];
  }
}

/** Where a record belongs to, so that its municipality may edit it. */
const HOMES: Record<Editable, string> = {
  department: 'municipality { id }', expert: 'department { municipality { id } } stakeholder { municipality { id } }', stakeholder: 'municipality { id }', mission: '',
};
interface Home { municipality?: Home | null; department?: Home | null; stakeholder?: Home | null; id?: string }
interface Answer { node: (Home & { revision: number; verifiedOn?: string | null; topics: { edges: { node: { id: string } }[] } } & Record<string, Value>) | null; viewer: { expert: { id: string } | null } }
export interface Opened { version: Version; verifiedOn: string | null; home: string | undefined; own: boolean }

/** A record as its form shows it; undefined where there is none. */
export async function open(kind: Editable, id: string, signal?: AbortSignal): Promise<Opened | undefined> {
  const names = fieldsOf(kind, undefined).map((f) => f.name).filter((name) => name !== 'topics' && name !== 'name');
  const { type, properties } = KINDS[kind];
  const query = written<Answer, { id: string }>(
    `query Edited($id: ID!) { node(id: $id) { ... on ${type} { id revision name ${'verifiedOn' in properties ? 'verifiedOn' : ''} ${names.join(' ')} topics(first: 100) { edges { node { id } } } ${HOMES[kind]} } } viewer { expert { id } } }`,
  );
  const { node, viewer } = await request(query, { id }, signal);
  if (!node) return undefined;
  const values: Values = { ...Object.fromEntries(['name', ...names].map((name) => [name, node[name] ?? null])), topics: node.topics.edges.map((e) => e.node.id) };
  const home = (node.department?.municipality ?? node.stakeholder?.municipality ?? node.municipality)?.id;
  return { version: { revision: node.revision, values }, verifiedOn: node.verifiedOn ?? null, home, own: viewer.expert?.id === id };
}

/** Saves what was changed of a record; with that, all of it counts as confirmed. Throws ApiError. */
export async function save(kind: Editable, id: string, changes: Values, ifRevision: number | null): Promise<void> {
  const { type } = KINDS[kind];
  const mutation = written<{ saved: { changed: string[] } }, { input: Values; ifRevision: number | null; key: string }>(
    `mutation Edit${type}($input: ${type}Input!, $ifRevision: Int, $key: String) { saved: save${type}(input: $input, ifRevision: $ifRevision, key: $key) { changed } }`,
  );
  await request(mutation, { input: { id, ...changes, verifiedOn: today() }, ifRevision, key: newKey() });
}
