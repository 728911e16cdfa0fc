// Asks STS who signs with a new key (I4). Every question is asked once by a client of its own: the
// caller polls, and a client that remembers credentials or errors would answer from memory.

import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { classifyProbe } from './classify.ts';
import { type ClientSettings, openProbe } from './clients.ts';
import type { KeyVerifier } from './gateway.ts';

export function createVerifier(settings: ClientSettings, signal?: AbortSignal): KeyVerifier {
  return {
    async whoSigns(key) {
      const client = openProbe(settings, {
        accessKeyId: key.id,
        secretAccessKey: key.secret.reveal(),
      });
      try {
        const answer = await client.send(
          new GetCallerIdentityCommand(),
          signal === undefined ? {} : { abortSignal: signal },
        );
        if (answer.Account === undefined || answer.Arn === undefined) {
          return { kind: 'unclear', reason: 'an answer without account and ARN' };
        }
        return { kind: 'accepted', account: answer.Account, arn: answer.Arn };
      } catch (thrown) {
        return classifyProbe(thrown);
      }
    },
  };
}
