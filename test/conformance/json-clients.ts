// Signed calls of services that speak AWS JSON. No SDK stands between the test and the answer.

import assert from 'node:assert/strict';
import { callJson, type JsonAnswer, type JsonCall } from '../sandbox/json-call.ts';
import type { Behave } from './behaviours.ts';
import type { TargetAccount } from './target.ts';
import { daysAgo } from './times.ts';

export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface JsonClient {
  /** The answer, whatever it is. */
  ask(operation: string, input?: object): Promise<JsonAnswer>;
  /** The result. Fails the test when the call is refused. */
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any shape, looked into by each test.
  done(operation: string, input?: object): Promise<any>;
  /** Fails the test unless the call is refused with this code, and with one of the statuses. */
  refused(
    operation: string,
    input: object,
    code: string,
    statuses?: readonly number[],
  ): Promise<void>;
}

export function jsonClient(
  account: TargetAccount,
  service: JsonCall['service'],
  credentials: SessionCredentials = account.administrator.credentials,
): JsonClient {
  const ask = (operation: string, input: object = {}): Promise<JsonAnswer> =>
    callJson({ endpoint: account.endpoint, credentials, service, operation, input });
  return {
    ask,
    done: async (operation, input) => {
      const { status, json } = await ask(operation, input);
      assert.equal(status, 200, JSON.stringify(json));
      return json;
    },
    refused: async (operation, input, code, statuses = [400]) => {
      const { status, json } = await ask(operation, input);
      assert.equal(json?.__type, code);
      assert.ok(statuses.includes(status), `${code} with ${status}`);
    },
  };
}

/** Who has no permission is told so in JSON: a behaviour of every service of this protocol. */
export function behaveDenied(
  behave: Behave,
  service: JsonCall['service'],
  operation: string,
  input: object,
): void {
  const nobody = async (account: TargetAccount): Promise<JsonClient> => {
    const [key] = await account.seedUser({ name: 'nobody', keys: [{ createDate: daysAgo(1) }] });
    return jsonClient(account, service, key);
  };
  behave(
    'is refused to who has no permission',
    async (account) => {
      await (await nobody(account)).refused(operation, input, 'AccessDeniedException');
    },
    {
      quirk: 'denied-in-xml',
      check: async (account) => {
        const { status, text } = await (await nobody(account)).ask(operation, input);
        assert.equal(status, 403);
        assert.match(text, /<Code>AccessDenied<\/Code>/);
      },
    },
  );
}
