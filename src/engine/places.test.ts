import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import type { Destination } from '../destinations/destination.ts';
import { openPlaces, type TakenPlaces } from './places.ts';

const KEY = accessKeyId('AKIAIOSFODNN7EXAMPLE');

function placesOf(account: string, taken: TakenPlaces, more: Pick<Destination, 'kind' | 'place'>) {
  const destination: Destination = {
    ...more,
    deliver: async () => ({ kind: more.kind, reference: more.place }),
    holds: async () => undefined,
  };
  return openPlaces({
    ...{ account, taken, finishesOthers: false, oldKeyFate: 'deactivate' },
    choose: async () => [destination],
    open: async () => undefined,
  });
}

describe('a place that two users of a run have', () => {
  const place = { kind: 'github', place: 'acme/app' };

  it('is refused to the second, in another account too', async () => {
    const taken: TakenPlaces = new Map();
    const first = placesOf('111122223333', taken, place);
    await first.forNew('svc', KEY);
    await assert.rejects(first.forNew('other', KEY), {
      code: 'not-deliverable',
      message:
        /delivers the key of svc to github acme\/app.*, so it cannot deliver the one of other/,
      hint: 'give every user a place of their own',
    });
    await assert.rejects(placesOf('444455556666', taken, place).forNew('svc', KEY), {
      code: 'not-deliverable',
      message: /delivers the key of svc of account 111122223333 to github acme\/app/,
      hint: /^put \{account\} into the name/,
    });
  });

  it('is another one in each account where it is in the account', async () => {
    const taken: TakenPlaces = new Map();
    const stored = { kind: 'secrets-manager', place: 'us-east-1:app/svc' };
    for (const account of ['111122223333', '444455556666'])
      await placesOf(account, taken, stored).forNew('svc', KEY);
  });
});
