// Uploads: files for an import, and what the service says they would change.
import { ApiError } from '../../lib/api';
import { namesOf, type Names } from '../../records/names';

export interface Cell { column: string; before: string; after: string }
export interface Row { file: string; line: number; record: string; target: string | null; cells: Cell[] }
export interface Twin { file: string; line: number; record: string; twin: string; why: string }
export interface Rejection { file: string; line: number; column: string; problem: string }
export interface Outcome {
  written: boolean; revision: number;
  files: { file: string; new: number; changed: number; unchanged: number }[];
  new: Row[]; changed: Row[]; twins: Twin[]; rejected: Rejection[];
}

/** What records are called that an outcome names and the network has, as far as that can be asked in a moment. */
export function namesIn({ twins, changed, new: added }: Outcome, signal: AbortSignal): Promise<Names> {
  const ids = [...twins.map((t) => t.twin), ...[...changed, ...added].flatMap(({ record, target }) => (target ? [record, target] : [record]))];
  return namesOf(ids.slice(0, MOST_NAMED), signal).catch(() => new Map());
}

/** What a CSV file may hold: the names of the files of an import. */
export const STEMS = [
  'municipalities', 'departments', 'experts', 'stakeholders', 'partnerships', 'focuses', 'phases', 'missions', 'events', 'attendances', 'topics',
  'memberships', 'participations', 'countries', 'sdg_goals', 'sdg_targets', 'interests', 'demands', 'support_offers', 'regional_partnerships',
] as const;
const MOST_NAMED = 1000;
const TYPES: Record<string, string> = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', zip: 'application/zip', tsv: 'text/tab-separated-values',
};
const ending = (file: File) => file.name.toLowerCase().split('.').pop() ?? '';

/** Whether somebody has to say what is in the file. */
export const isTable = (file: File) => !['xlsx', 'zip'].includes(ending(file));
/** What is in a file, by its name; empty where that does not tell. */
export const guess = (file: File) => STEMS.find((stem) => file.name.toLowerCase().replace(/\.\w+$/, '').includes(stem)) ?? '';

/** Sends a file; with `dryRun` nothing is written. Where cells are refused they are in the answer. Throws ApiError. */
export async function upload(file: File, params: { name: string; dryRun: boolean; reason: string }, signal: AbortSignal): Promise<Outcome> {
  const query = new URLSearchParams({ dryRun: String(params.dryRun), ...(isTable(file) && { name: params.name }), ...(params.reason && { reason: params.reason }) });
  let response: Response;
  try {
    response = await fetch(`/import?${query}`, { method: 'POST', headers: { 'content-type': TYPES[ending(file)] ?? 'text/csv' }, body: file, signal });
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') throw e;
    throw new ApiError('OFFLINE', String(e));
  }
  const body = (await response.json().catch(() => ({}))) as Partial<Outcome> & { errors?: { message: string; extensions?: { code?: string } }[] };
  if (response.ok) return body as Outcome;
  const code = body.errors?.[0]?.extensions?.code ?? 'HTTP';
  if (code === 'UNAUTHENTICATED') dispatchEvent(new Event('unauthenticated'));
  if (body.rejected) return { written: false, revision: 0, files: [], new: [], changed: [], twins: [], rejected: body.rejected };
  throw new ApiError(code, body.errors?.[0]?.message ?? '');
}
