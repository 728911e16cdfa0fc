// A place in a GitLab for tests, as the contract of all destinations wants it.

import type { TestContext } from 'node:test';
import type { IssuedKey } from '../../../src/lifecycle/issued-key.ts';
import { FOREIGN, OLD, type Place, STRANGE } from '../contract.ts';
import { oneValue, wordOf } from '../form-texts.ts';
import { testOpening } from '../opening.ts';
import { type FakeGitlab, type StoredVariable, startGitlab, TOKEN } from './fake-gitlab.ts';

export interface GitlabSubject {
  readonly place: string;
  /** Such as "projects acme/app". */
  readonly owner: string;
  readonly unfit: string;
  /** What the variables are besides, in the order in which the place names them. */
  readonly traits?: readonly Partial<StoredVariable>[];
  /** Of one variable that holds both halves. */
  readonly form?: string;
}

export interface GitlabStage extends Place {
  readonly gitlab: FakeGitlab;
}

export async function openGitlabPlace(
  test: TestContext,
  { place, owner, unfit, traits = [], form }: GitlabSubject,
): Promise<GitlabStage> {
  const gitlab = await startGitlab(test);
  const env = { KEYTURN_GITLAB_TOKEN: TOKEN, GITLAB_HOST: gitlab.url };
  const { opening, issue } = await testOpening(test, env);
  const [, scope = '*', text = 'AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY'] =
    /^[^@#]*(?:@([^#]*))?(?:#(.*))?$/.exec(place) ?? [];
  const names = text.split(',');
  const one = oneValue(form, { kept: 1 });
  const put = ({ keyId, secret }: Pick<IssuedKey, 'keyId' | 'secret'>) => {
    const object = one.put({ keyId, secret });
    const values = names.length === 1 ? [object] : [keyId, secret.reveal()];
    names.forEach((key, index) => {
      const value = values[index] ?? '';
      gitlab.put(owner, { key, value, environment_scope: scope, ...traits[index] });
    });
  };
  put(OLD);
  gitlab.put(owner, { key: 'OTHER', value: 'kept', environment_scope: 'review/*' });
  const isSeen = traits.every(({ hidden }) => hidden !== true);
  const takeAway = () => {
    const all = gitlab.owners.get(owner) ?? [];
    gitlab.owners.set(
      owner,
      all.filter(({ key }) => !names.includes(key)),
    );
  };
  return {
    gitlab,
    service: gitlab,
    takeAway,
    place,
    ...(form !== undefined && { form: wordOf(form) }),
    opening,
    issue,
    unfit,
    served: async () => {
      const values = names.map((name) => gitlab.value(owner, name, scope) ?? '');
      if (names.length > 1) return { id: values[0] ?? '', secret: values[1] ?? '' };
      return one.read(values[0] ?? '');
    },
    others: async () =>
      gitlab.owners.get(owner)?.map(({ value, description, ...rest }) => ({
        ...rest,
        value: names.includes(rest.key) ? '' : value,
        description: description?.replace(/ \[keyturn .*\]$/, ''),
      })),
    whole: async () => JSON.stringify([...gitlab.owners]),
    ...(isSeen && {
      look: {
        "another user's living pair": async () => put(FOREIGN),
        'a pair whose owner is not known': async () => put(STRANGE),
      },
    }),
  };
}
