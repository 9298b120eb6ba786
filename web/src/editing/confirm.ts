// Confirming that something is still true today, and whether it wants to be confirmed.
import { document as written, graphql, newKey, request, type ApiError } from '../lib/api';
import { t } from '../lib/i18n';

const STALE_DAYS = 365; // as in graph_api/operations/freshness.py
const DAY_MS = 86_400_000;
export const today = () => new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
export const isStale = (verifiedOn: string | null) => verifiedOn === null || Date.now() - Date.parse(verifiedOn) > STALE_DAYS * DAY_MS;

/** What to say where somebody else has written meanwhile; undefined for other errors. */
export const overtaken = (error: ApiError) => (error.code === 'CONFLICT' ? t('focuses.changed') : undefined);

/** Kinds that are confirmed as a whole. */
const TYPES = { municipality: 'Municipality', department: 'Department', expert: 'Expert', stakeholder: 'Stakeholder', partnership: 'Partnership' } as const;
type Kind = keyof typeof TYPES;
const kindOf = (id: string) => id.slice(0, id.indexOf(':'));

/** Confirms a record as a whole, unless it was written after `ifRevision`. Throws ApiError. */
export async function confirmRecord(id: string, ifRevision: number | null = null): Promise<void> {
  const type = TYPES[kindOf(id) as Kind];
  const mutation = written<{ saved: { created: boolean } }, { input: { id: string; verifiedOn: string }; ifRevision: number | null; key: string }>(
    `mutation Confirm${type}($input: ${type}Input!, $ifRevision: Int, $key: String) { saved: save${type}(input: $input, ifRevision: $ifRevision, key: $key) { created } }`,
  );
  await request(mutation, { input: { id, verifiedOn: today() }, ifRevision, key: newKey() });
}

export const SAVE_FOCUS = graphql(`mutation SaveFocus($input: FocusInput!, $ifRevision: Int, $key: String) { saveFocus(input: $input, ifRevision: $ifRevision, key: $key) { source { id } } }`);
export const REMOVE_FOCUS = graphql(`mutation RemoveFocus($input: FocusInput!, $ifRevision: Int, $key: String) { removeFocus(input: $input, ifRevision: $ifRevision, key: $key) { removed } }`);

/** Whose focus on what, as the API takes it. */
export function focusEnds(owner: string, subject: string): { municipality?: string; department?: string; topic?: string; goal?: string; target?: string } {
  const kind = kindOf(subject);
  return {
    ...(kindOf(owner) === 'department' ? { department: owner } : { municipality: owner }),
    ...(kind === 'topic' ? { topic: subject } : kind === 'sdg_goal' ? { goal: subject } : { target: subject }),
  };
}

export type Direction = 'SEEKS' | 'OFFERS' | 'WORKS_ON';
/** Confirms a focus, unless its owner was written after `ifRevision`. Throws ApiError. */
export const confirmFocus = (owner: string, subject: string, direction: Direction, ifRevision: number | null = null) =>
  request(SAVE_FOCUS, { input: { ...focusEnds(owner, subject), direction, verifiedOn: today() }, ifRevision, key: newKey() });
