// IAM's quotas, and how it refuses what exceeds them.

import { Refusal } from '../refusal.ts';

export const USERS_PER_ACCOUNT_MAX = 5000;
export const KEYS_PER_USER_MAX = 2;
export const TAGS_PER_USER_MAX = 50;

export function quotaExceeded(name: string, limit: number): Refusal {
  return new Refusal('LimitExceeded', 409, `Cannot exceed quota for ${name}: ${limit}`);
}
