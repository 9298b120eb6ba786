// Who is signed in. The token stays in a cookie that no script can read; a second one tells pages who it is.
import { ApiError } from './api';
import { href, t } from './i18n';
import { data } from './page.svelte';

export type Role = 'municipality' | 'expert' | 'organiser' | 'coordinator' | 'admin';
export interface Who { role: Role; name: string; municipality?: string }

function read(): Who | undefined {
  const found = document.cookie.split('; ').find((part) => part.startsWith('partnergraph_who='));
  try {
    return found ? (JSON.parse(decodeURIComponent(found.slice(found.indexOf('=') + 1))) as Who) : undefined;
  } catch {
    return undefined;
  }
}

/** `who` is undefined for anybody; `ended`: the service took the token no longer; `stays`: signing out failed. */
export const session: { who: Who | undefined; ended: boolean; stays: boolean } = $state({ who: read(), ended: false, stays: false });

// in another tab somebody may have signed in or out
addEventListener('focus', () => {
  const now = read();
  if (JSON.stringify(now) !== JSON.stringify(session.who)) session.who = now;
  if (now) session.ended = false;
});
/** The end of the last session: a new one begins after it, else its answer would take the new cookie away. */
let ending: Promise<unknown> = Promise.resolve();
addEventListener('unauthenticated', () => {
  if (!session.who) return;
  session.ended = true;
  session.who = undefined;
  ending = fetch('/session', { method: 'DELETE' }).catch(() => undefined);
});

/** What the viewer is called; whose token has no name is called by the role. */
export const whoName = ({ name, role }: Who) => (name === role ? t(`role.${role.toUpperCase() as 'ADMIN'}`) : name.replace(/^\w+:/, ''));

/** Whether the viewer maintains the whole network. */
export const coordinates = () => session.who?.role === 'coordinator' || session.who?.role === 'admin';
/** Whether the viewer may speak for a municipality, by its network-wide id. */
export const speaksFor = (id: string) => coordinates() || (session.who?.role === 'municipality' && session.who.municipality === id);

/** Whether a page that is for some people only is for the viewer. */
export function isFor(whom: string | undefined): boolean {
  if (whom === 'municipality') return session.who?.role === 'municipality' && !!session.who.municipality;
  return whom === undefined || coordinates() || (whom === 'organiser' && session.who?.role === 'organiser');
}

/** Begins a session; throws ApiError where the token is not good. */
export async function signIn(token: string): Promise<void> {
  await ending;
  let headers: Headers;
  try {
    headers = new Headers({ authorization: `Bearer ${token.replace(/^\s*bearer\s/i, '').replace(/\s/g, '')}` });
  } catch (e) {
    throw new ApiError('UNAUTHENTICATED', String(e)); // a header takes no strange letters
  }
  const response = await fetch('/session', { method: 'POST', headers }).catch((e: unknown) => { throw new ApiError('OFFLINE', String(e)); });
  if (!response.ok) {
    const body = (await response.json().catch(() => ({}))) as { errors?: { message: string; extensions?: { code?: string } }[] };
    throw new ApiError(body.errors?.[0]?.extensions?.code ?? 'HTTP', body.errors?.[0]?.message ?? '');
  }
  session.who = read();
  session.ended = false;
}

/** Ends the session and shows the page as anybody sees it; where the service does not answer, `session.stays` says so. */
export async function signOut(): Promise<void> {
  const response = await fetch('/session', { method: 'DELETE' }).catch(() => undefined);
  session.stays = !response?.ok;
  if (!session.stays) location.reload();
}

/** The address of the page for signing in, which leads back here. */
export const signInHref = () => href('sign-in', data.name === 'signIn' ? {} : { back: location.pathname + location.search });

/** A place of ours in an address, else nothing. */
export function safeBack(back: string): string {
  try {
    const url = new URL(back, location.origin);
    return back.startsWith('/') && url.origin === location.origin ? url.pathname + url.search : '';
  } catch {
    return '';
  }
}
