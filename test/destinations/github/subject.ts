// A place in a GitHub for tests, as the contract of all destinations wants it.

import type { TestContext } from 'node:test';
import type { IssuedKey } from '../../../src/lifecycle/issued-key.ts';
import { FOREIGN, OLD, type Place, STRANGE } from '../contract.ts';
import { oneValue, wordOf } from '../form-texts.ts';
import { testOpening } from '../opening.ts';
import { type FakeGithub, startGithub, TOKEN } from './fake-github.ts';

/** How a kind names a place, and where GitHub keeps its secrets. */
export interface GithubSubject {
  readonly place: string;
  /** Such as repos/acme/app/actions. */
  readonly store: string;
  readonly unfit: string;
  /** Behind `#`; the usual names when left out. */
  readonly names?: string;
  /** Of one secret that holds both halves. */
  readonly form?: string;
}

export interface GithubStage extends Place {
  readonly github: FakeGithub;
}

export async function openGithubPlace(
  test: TestContext,
  { place, store, unfit, names, form: asked }: GithubSubject,
): Promise<GithubStage> {
  const env: Record<string, string> = { KEYTURN_GITHUB_TOKEN: TOKEN };
  const { opening, issue } = await testOpening(test, env);
  const github = await startGithub(test, opening.clock);
  env.GITHUB_API_URL = github.url;
  const form = { ...formOf(names), asked };
  const put = (key: Pick<IssuedKey, 'keyId' | 'secret'>) => fill(github, store, form, key);
  put(OLD);
  github.put(store, 'OTHER', { value: 'kept', ...audienceIn(store) });
  const whole = async () => JSON.stringify([[...github.secrets], [...github.variables]]);
  const takeAway = () => {
    for (const name of form.secrets) github.secrets.delete(`${store} ${name}`);
    if (form.variable !== undefined) github.variables.delete(`${store} ${form.variable}`);
  };
  return {
    github,
    service: github,
    takeAway,
    place: names === undefined ? place : `${place}#${names}`,
    ...(asked !== undefined && { form: wordOf(asked) }),
    opening,
    issue,
    unfit,
    whole,
    served: async () => served(github, store, form),
    others: async () => [
      github.value(store, 'OTHER'),
      [...github.secrets.values()].map(({ visibility, repositories }) => [
        visibility,
        repositories,
      ]),
    ],
    ...(form.variable !== undefined && {
      look: {
        "another user's living pair": async () => put(FOREIGN),
        'a pair whose owner is not known': async () => put(STRANGE),
      },
    }),
  };
}

interface Form {
  readonly variable: string | undefined;
  readonly secrets: readonly string[];
  readonly asked?: string | undefined;
}

export function formOf(names = 'AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY'): Form {
  const [first = '', ...rest] = names.split(',');
  const variable = /^vars\.(.*)$/.exec(first)?.[1];
  return { variable, secrets: variable === undefined ? [first, ...rest] : rest };
}

/** More repositories than one page shows. */
export const REPOSITORIES = Array.from({ length: 130 }, (_, index) => 1_000 + index);

function audienceIn(store: string) {
  return store.startsWith('orgs/')
    ? { visibility: 'selected', repositories: [...REPOSITORIES] }
    : {};
}

export function fill(
  github: FakeGithub,
  store: string,
  { variable, secrets, asked }: Form,
  { keyId, secret }: Pick<IssuedKey, 'keyId' | 'secret'> = OLD,
): void {
  const object = oneValue(asked).put({ keyId, secret });
  const texts = variable === undefined ? [keyId, secret.reveal()] : [secret.reveal()];
  if (variable !== undefined) github.putVariable(store, variable, keyId, audienceIn(store));
  secrets.forEach((name, index) => {
    const isObject = variable === undefined && secrets.length === 1;
    github.put(store, name, {
      value: isObject ? object : (texts[index] ?? ''),
      ...audienceIn(store),
    });
  });
}

function served(github: FakeGithub, store: string, { variable, secrets, asked }: Form) {
  const values = secrets.map((name) => github.value(store, name) ?? '');
  const [first = '', second = ''] = values;
  if (variable !== undefined) {
    return { id: github.variables.get(`${store} ${variable}`)?.value ?? '', secret: first };
  }
  if (secrets.length === 2) return { id: first, secret: second };
  return oneValue(asked).read(first);
}
