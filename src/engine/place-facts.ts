// What a place for one user is made from, as a run knows it.

import type { AccountGateway } from '../aws/gateway.ts';
import { homeOf } from '../aws/shared-config.ts';
import type { PlaceFacts } from '../destinations/place.ts';

export function placeFacts(
  user: string,
  { caller, services, env }: Pick<AccountGateway, 'caller' | 'services' | 'env'>,
): PlaceFacts {
  return { account: caller.account, region: services.region, user, home: homeOf(env) };
}
