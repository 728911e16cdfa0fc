// The way of a command into the one account that it is about: the caller's own, or a member's through a role.

import { openAccounts } from '../aws/accounts.ts';
import type { AccountGateway } from '../aws/gateway.ts';
import { openGateway } from '../aws/open-gateway.ts';
import type { RunContext } from './run-context.ts';

export interface Way {
  readonly profile: string | undefined;
  /** Undefined means that of the environment, else that of the profile. */
  readonly region: string | undefined;
  /** The account of the users, entered through the role; undefined means the caller's own. */
  readonly account: string | undefined;
  readonly roleName: string;
  readonly externalId: string | undefined;
}

export interface Entered {
  readonly gateway: AccountGateway;
  readonly close: () => void;
}

/** In the caller's own account a key that comes back may sign in the place of the caller's (I7). */
export async function enterAccount(
  { account, roleName, externalId, profile, region, maxParallel }: Way & { maxParallel: number },
  context: RunContext,
): Promise<Entered> {
  const { run } = context.state;
  const options = { ...context, profile, region, maxParallel, run };
  if (account === undefined) {
    const gateway = await openGateway(options);
    return { gateway, close: () => gateway.close() };
  }
  const sessionName = `keyturn-${run}`;
  const accounts = await openAccounts({ ...options, roleName, externalId, sessionName });
  try {
    return { gateway: await accounts.enter(account), close: () => accounts.close() };
  } catch (thrown) {
    accounts.close();
    throw thrown;
  }
}
