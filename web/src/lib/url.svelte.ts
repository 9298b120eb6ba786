// The state of the view in the address, so that it can be shared, and the back button works.
const read = () => location.search.replace(/[|^`{}\\]/g, encodeURIComponent); // browsers leave in an address what a link must not have
let search = $state(read());
addEventListener('popstate', () => { search = read(); });

/** The value of a parameter; empty where it is not there. */
export const param = (name: string) => new URLSearchParams(search).get(name) ?? '';

/** The address's whole query, with its question mark. */
export const query = () => search;

/** The page of a long list that the address names by a cursor, as the API asks for it. */
export const pageOf = (size: number) => (param('before') ? { last: size, before: param('before') } : { first: size, after: param('after') || null });

/** Sets parameters (empty ones go); as a step that the back button undoes, or silently. */
export function setParams(changes: Record<string, string>, { step = false } = {}): void {
  const params = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) if (value) params.set(name, value); else params.delete(name);
  const text = params.toString();
  search = text ? `?${text}` : '';
  history[step ? 'pushState' : 'replaceState'](null, '', location.pathname + search);
}
