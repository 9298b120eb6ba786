// How an interest stands, and the sign for it.
import { today } from '../editing/confirm';

export const MARKS = { OPEN: '…', ACCEPTED: '✓', DECLINED: '✗', WITHDRAWN: '↩', EXPIRED: '⌛', DISMISSED: '✗' } as const;
export type InterestStatus = keyof typeof MARKS;

/** An open one whose time is over has expired, though nobody has written that down yet. */
export const standing = ({ status, expiresOn }: { status: InterestStatus; expiresOn: string | null }): InterestStatus =>
  status === 'OPEN' && expiresOn && expiresOn < today() ? 'EXPIRED' : status;
