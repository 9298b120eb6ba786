// What went wrong, in words.
import type { ApiError } from './api';
import { t } from './i18n';

export function inWords({ code }: ApiError): string {
  switch (code) {
    case 'OFFLINE': return t('error.offline');
    case 'NOT_FOUND': return t('error.notFound');
    case 'INVALID_INPUT': return t('error.invalid');
    case 'UNAUTHENTICATED': return t('error.unauthenticated');
    case 'FORBIDDEN': return t('error.forbidden');
    case 'CONFLICT': return t('error.conflict');
    case 'STORE_UNAVAILABLE': case 'UNAVAILABLE': return t('error.unavailable');
    case 'BUSY': case 'TIMEOUT': case 'TOO_MANY_REQUESTS': return t('error.busy');
    default: return t('error.other');
  }
}
