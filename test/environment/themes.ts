// All rows of docs/environment.md.

import type { Theme } from './row.ts';
import { CREDENTIALS } from './rows-credentials.ts';
import { ENDPOINTS, REGIONS } from './rows-endpoints.ts';
import { AUTHORITIES, PROXIES } from './rows-network.ts';

export const THEMES: readonly Theme[] = [CREDENTIALS, REGIONS, ENDPOINTS, PROXIES, AUTHORITIES];
