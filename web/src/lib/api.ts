// The GraphQL API: typed queries that are plain text at run time, and errors that a page can put into words.
import type { initGraphQLTada, ResultOf, TadaDocumentNode, VariablesOf } from 'gql.tada';
import type { introspection } from '../../generated/graphql-env';

type Tada = ReturnType<typeof initGraphQLTada<{ introspection: introspection; scalars: { ID: string; Date: string; DateTime: string; PartialDate: string } }>>;

/** A query (or fragment) with its types; those of `parts` are fragments it spreads. */
export const graphql = ((text: string, parts: string[] = []) => [text, ...parts].join('\n')) as unknown as Tada;
/** A query that is put together at run time, with the types of its answer and variables. */
export const document = <R, V>(text: string) => text as unknown as TadaDocumentNode<R, V>;
export type { FragmentOf, ResultOf, VariablesOf } from 'gql.tada';

/** What went wrong, by the API's code; `OFFLINE` without a connection, `HTTP` without a proper answer. */
export class ApiError extends Error {
  constructor(readonly code: string, message: string) { super(message); }
}

/** Asks the API. Throws ApiError, or AbortError when the signal says so. */
export async function request<D extends TadaDocumentNode<any, any>>(document: D, variables: VariablesOf<D>, signal?: AbortSignal): Promise<ResultOf<D>> {
  const { body, status } = await fetched<{ data?: ResultOf<D> | null }>('/graphql', {
    method: 'POST', signal: signal ?? null,
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json' },
    body: JSON.stringify({ query: document, variables }),
  });
  if (!body.data) throw new ApiError('HTTP', `HTTP ${status}`);
  return body.data;
}

/** Asks once more where the first text of all took a busy service longer than a request may: it goes on learning, so the second try finds it. */
export const askTwice = <R>(ask: () => Promise<R>): Promise<R> => ask().catch((e: unknown) => { if (e instanceof ApiError && e.code === 'TIMEOUT') return ask(); throw e; });

/** Fetches a document of the service. Throws as `request` does. */
export async function get<R>(path: string, signal?: AbortSignal): Promise<R> {
  const { body, status } = await fetched<R>(path, { signal: signal ?? null });
  if (status !== 200) throw new ApiError('HTTP', `HTTP ${status}`);
  return body as R;
}

async function fetched<R>(path: string, how: RequestInit): Promise<{ body: Partial<R>; status: number }> {
  let response: Response;
  try {
    response = await fetch(path, how);
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') throw e;
    throw new ApiError('OFFLINE', String(e));
  }
  const body = (await response.json().catch(() => ({}))) as Partial<R> & { errors?: { message: string; extensions?: { code?: string } }[] };
  const error = body.errors?.[0];
  if (error?.extensions?.code === 'UNAUTHENTICATED') dispatchEvent(new Event('unauthenticated')); // the session hears it
  if (error) throw new ApiError(error.extensions?.code ?? 'HTTP', error.message);
  return { body, status: response.status };
}

/** A key for a change, so that one that is sent again is not carried out again. */
export const newKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('');
