// All users of an account when the credential report does not tell them. The account details name them
// in as many calls as ListUsers takes. Where they are denied, or may have left somebody out, ListUsers
// names everybody once more: whoever takes the names reads each user only once.

import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import type { AccountGateway, AccountOverview, IamUser } from './gateway.ts';

/** Why AWS does not tell something. */
export interface Denial {
  readonly errorCode: string;
  readonly reason: string;
}

/** A user may come twice. Throws what ListUsers throws, and what every further call would meet. */
export async function* accountUsers(
  { reader, overview }: Pick<AccountGateway, 'reader' | 'overview'>,
  emit: EventSink,
): AsyncGenerator<IamUser> {
  const names = new Set<string>();
  try {
    for await (const user of overview.describeUsers()) {
      names.add(user.name);
      yield user;
    }
    await assertAll(names.size, overview, emit);
    return;
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.stops === 'run') throw error;
    emit({ code: 'details-unusable', errorCode: error.code, reason: error.message });
  }
  yield* reader.listUsers();
}

/** AWS's own count of users; undefined, and told, where the caller may not ask for it. */
export async function countedUsers(
  overview: Pick<AccountOverview, 'countUsers'>,
  tell: (denial: Denial) => void,
): Promise<number | undefined> {
  try {
    return await overview.countUsers();
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.code !== 'access-denied') throw error;
    tell({ errorCode: error.code, reason: error.message });
    return undefined;
  }
}

/** Throws when the details name fewer users than there are, or nobody where nobody counts (I11). */
async function assertAll(named: number, overview: AccountOverview, emit: EventSink): Promise<void> {
  const counted = await countedUsers(overview, (denial) =>
    emit({ code: 'details-not-compared', ...denial }),
  );
  if (named >= (counted ?? 1)) return;
  const all = counted === undefined ? 'nobody tells how many there are' : `there are ${counted}`;
  throw new KeyturnError(
    'aws-error',
    `iam:GetAccountAuthorizationDetails names ${named} users, and ${all}`,
  );
}
