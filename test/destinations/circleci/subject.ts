// A place in a CircleCI for tests, as the contract of all destinations wants it.

import type { TestContext } from 'node:test';
import type { IssuedKey } from '../../../src/lifecycle/issued-key.ts';
import { FOREIGN, OLD, type Place, STRANGE } from '../contract.ts';
import { oneValue, wordOf } from '../form-texts.ts';
import { testOpening } from '../opening.ts';
import { CONTEXT_ID, type FakeCircle, startCircle, TOKEN } from './fake-circleci.ts';

export interface CircleSubject {
  readonly place: string;
  /** The slug of the project, or the ID of the context. */
  readonly holder: string;
  readonly unfit: string;
  /** Of one variable that holds both halves. */
  readonly form?: string;
}

export interface CircleStage extends Place {
  readonly circle: FakeCircle;
}

export async function openCirclePlace(
  test: TestContext,
  { place, holder, unfit, form }: CircleSubject,
): Promise<CircleStage> {
  const env: Record<string, string> = { KEYTURN_CIRCLECI_TOKEN: TOKEN };
  const { opening, issue } = await testOpening(test, env);
  const circle = await startCircle(test, opening.clock);
  env.CIRCLECI_HOST = circle.url;
  circle.contexts.set('gh/acme', [
    { id: '00000000-0000-4000-8000-000000000000', name: 'other' },
    { id: CONTEXT_ID, name: 'deploy to eu' },
  ]);
  const names = (place.split('#')[1] ?? 'AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY').split(',');
  const one = oneValue(form);
  const put = ({ keyId, secret }: Pick<IssuedKey, 'keyId' | 'secret'>) => {
    const object = one.put({ keyId, secret });
    const values = names.length === 1 ? [object] : [keyId, secret.reveal()];
    names.forEach((name, index) => {
      circle.put(holder, name, values[index] ?? '');
    });
  };
  circle.put(holder, 'OTHER', 'kept as it is');
  put(OLD);
  return {
    circle,
    service: circle,
    takeAway: () => {
      for (const name of names) circle.variables.get(holder)?.delete(name);
    },
    place,
    ...(form !== undefined && { form: wordOf(form) }),
    opening,
    issue,
    unfit,
    served: async () => {
      const values = names.map((name) => circle.value(holder, name) ?? '');
      if (names.length > 1) return { id: values[0] ?? '', secret: values[1] ?? '' };
      return one.read(values[0] ?? '');
    },
    others: async () => circle.value(holder, 'OTHER'),
    whole: async () => JSON.stringify([...(circle.variables.get(holder) ?? [])]),
    ...(names.length > 1 && {
      look: {
        "another user's living pair": async () => put(FOREIGN),
        'a pair whose owner is not known': async () => put(STRANGE),
      },
    }),
  };
}
