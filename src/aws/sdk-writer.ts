// KeyWriter over the SDK. No call here takes the run's abort signal: a write under way is always
// awaited, because giving up on it would only hide what it did (I13).

import { isAccessKeyId } from '../base/access-key-id.ts';
import type { Clock } from '../base/clock.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import { isSameUser } from '../base/user-name.ts';
import {
  type CallTarget,
  classify,
  classifyCreate,
  isBusyEntity,
  isNoSuchEntity,
} from './classify.ts';
import type { Clients } from './clients.ts';
import type { CredentialProvider } from './credential-provider.ts';
import type { CreateOutcome, KeyWriter, RequestId } from './gateway.ts';
import type { Answered } from './query-answer.ts';
import {
  type AnswerOf,
  CREATE_ACCESS_KEY,
  DELETE_ACCESS_KEY,
  UPDATE_ACCESS_KEY,
} from './query-operations.ts';

export interface WriterParts {
  readonly clients: Pick<Clients, 'create' | 'update'>;
  readonly credentials: CredentialProvider;
  readonly target: CallTarget;
  readonly clock: Clock;
}

/** Pauses between tries while IAM is busy with the same user; then its answer stands. */
const BUSY_PAUSES_MS = [200, 500, 1_000, 2_000, 4_000];

export function createWriter(parts: WriterParts): KeyWriter {
  const { clients, target, clock } = parts;

  const createAccessKey = (userName: string) => sendCreate(userName, parts);

  /** Sends an idempotent change, again while IAM is busy. */
  async function change(send: () => Promise<Answered<object>>): Promise<RequestId> {
    for (const pauseMs of [...BUSY_PAUSES_MS, undefined]) {
      try {
        return (await send()).$metadata.requestId;
      } catch (thrown) {
        if (pauseMs === undefined || !isBusyEntity(thrown)) throw thrown;
        await clock.sleep(pauseMs);
      }
    }
    return undefined;
  }

  const setStatus: KeyWriter['setStatus'] = async (userName, keyId, status) => {
    const input = { UserName: userName, AccessKeyId: keyId, Status: status };
    try {
      return await change(() => clients.update.call(UPDATE_ACCESS_KEY, input));
    } catch (thrown) {
      if (isNoSuchEntity(thrown)) {
        throw new KeyturnError(
          'key-changed',
          `key ${keyId} of user ${userName} does not exist any more, so it was not made ${status}`,
        );
      }
      throw classify(thrown, {
        ...target,
        permission: 'iam:UpdateAccessKey',
        user: userName,
      });
    }
  };

  const deleteAccessKey: KeyWriter['deleteAccessKey'] = async (userName, keyId) => {
    const input = { UserName: userName, AccessKeyId: keyId };
    try {
      return await change(() => clients.update.call(DELETE_ACCESS_KEY, input));
    } catch (thrown) {
      // Gone already, perhaps by our own first try whose answer was lost.
      if (isNoSuchEntity(thrown)) return undefined;
      throw classify(thrown, {
        ...target,
        permission: 'iam:DeleteAccessKey',
        user: userName,
      });
    }
  };

  const fenced: KeyWriter['fenced'] = (fence) => {
    const { create, update } = clients;
    const looking = { create: create.fenced(fence), update: update.fenced(fence) };
    return createWriter({ ...parts, clients: looking });
  };

  return { fenced, createAccessKey, setStatus, deleteAccessKey };
}

async function sendCreate(
  userName: string,
  { clients, credentials, clock }: WriterParts,
): Promise<CreateOutcome> {
  try {
    // Resolved beforehand, so that a failure here is known to have sent nothing.
    await credentials();
  } catch (thrown) {
    return { kind: 'refused', code: 'create-refused', reason: toKeyturnError(thrown).message };
  }
  try {
    const answer = await clients.create.call(CREATE_ACCESS_KEY, { UserName: userName });
    return toOutcome(answer, userName, clock);
  } catch (thrown) {
    // Kept back by the fence: no attempt before it can have made a key (I2).
    if (thrown instanceof KeyturnError) {
      return { kind: 'refused', code: 'create-refused', reason: thrown.message };
    }
    return classifyCreate(thrown);
  }
}

function toOutcome(
  answer: Answered<AnswerOf<typeof CREATE_ACCESS_KEY>>,
  userName: string,
  clock: Clock,
): CreateOutcome {
  const { AccessKeyId: id, SecretAccessKey: secret, CreateDate, UserName } = answer.AccessKey ?? {};
  if (id === undefined || !isAccessKeyId(id) || !secret) {
    return { kind: 'unknown', reason: 'the answer lacks the key ID or the secret' };
  }
  if (UserName !== undefined && !isSameUser(UserName, userName)) {
    return { kind: 'unknown', reason: `the answer is about another user, ${UserName}` };
  }
  const createdAt = CreateDate ?? clock.now();
  const request = answer.$metadata.requestId;
  return { kind: 'created', key: { id, secret: new Secret(secret), createdAt }, request };
}
