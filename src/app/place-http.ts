// The way to services in which secrets live: that of the calls to AWS, loaded when a service is opened.

import type { AccountGateway } from '../aws/gateway.ts';
import type { Clock } from '../base/clock.ts';
import type { Route } from '../http/proxies.ts';
import type { OpenService } from '../http/service.ts';

const DIRECT: Route = { kind: 'direct' };

export function placeHttp(
  { env, ways }: Pick<AccountGateway, 'env' | 'ways'>,
  clock: Clock,
): OpenService {
  const { route = () => DIRECT, trust, signal } = ways ?? {};
  const around = {
    env,
    clock,
    route,
    trust,
    signal,
    closed: new Map<string, Date>(),
    down: new Set<string>(),
  };
  return async (options) => {
    const { openHttpService } = await import('../http/open-service.ts');
    return openHttpService(options, around);
  };
}
