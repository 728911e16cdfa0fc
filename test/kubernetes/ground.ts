// What tests of Kubernetes Secrets begin with: a namespace with accounts, and a destination that is opened there.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { nodePrograms } from '../../src/app/node-programs.ts';
import { placeCredentials } from '../../src/app/place-credentials.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import type { Opening } from '../../src/destinations/kind.ts';
import { openDestination } from '../../src/destinations/kinds.ts';
import { FOREIGN, NEW, OLD, type Place, STRANGE } from '../destinations/contract.ts';
import { oneValue, wordOf } from '../destinations/form-texts.ts';
import { testOpening } from '../destinations/opening.ts';
import {
  makeSecret,
  newNamespace,
  putTexts,
  type TestCluster,
  textsIn,
  writeKubeconfig,
} from './test-cluster.ts';

const KEYS = { id: 'AWS_ACCESS_KEY_ID', secret: 'AWS_SECRET_ACCESS_KEY' };

export function pairTexts({ keyId, secret }: typeof OLD): Record<string, string> {
  return { [KEYS.id]: keyId, [KEYS.secret]: secret.reveal() };
}

export interface Ground {
  readonly namespace: string;
  readonly opening: Opening;
  readonly issue: Place['issue'];
  readonly open: (place: string) => Promise<Destination>;
}

/**
 * A namespace of its own, and what a destination is opened with there; `meanwhile` happens whenever it waits,
 * after the time that it waits for has passed.
 */
export async function ground(
  test: TestContext,
  cluster: TestCluster,
  meanwhile: (namespace: string) => Promise<void> = async () => {},
): Promise<Ground> {
  const { folder, opening: base, issue } = await testOpening(test);
  const { clock } = base;
  const env = { ...process.env, KUBECONFIG: writeKubeconfig(cluster, folder) };
  const programs = nodePrograms(env);
  const namespace = await newNamespace(cluster);
  const waiting = {
    ...clock,
    sleep: async (durationMs: number) => {
      await clock.sleep(durationMs);
      await meanwhile(namespace);
    },
  };
  const credentials = placeCredentials(env, programs);
  const opening = { ...base, clock: waiting, programs, credentials };
  return {
    namespace,
    opening,
    issue,
    open: async (place) => {
      const opened = await openDestination({ kind: 'kubernetes', place }, opening);
      assert.ok(opened !== undefined, place);
      return opened;
    },
  };
}

/** A place of one key that holds both halves, for the contract of all kinds. */
export async function onePlace(
  test: TestContext,
  cluster: TestCluster,
  form: string | undefined,
): Promise<Place> {
  const { namespace, opening, issue } = await ground(test, cluster);
  const [place, key] = [`${namespace}/aws-key`, 'credentials'];
  const one = oneValue(form, { kept: 1 });
  await makeSecret(cluster, place, { texts: { [key]: one.put(OLD), other: 'kept: é' } });
  const whole = async () => await textsIn(cluster, place);
  const put = async (texts: Record<string, string>) => await putTexts(cluster, place, { texts });
  return {
    place: `${place}#${key}`,
    ...(form !== undefined && { form: wordOf(form) }),
    opening,
    issue,
    served: async () => one.read((await whole())[key] ?? ''),
    others: async () => (await whole()).other,
    unfit: `${namespace}/nowhere#${key}`,
    look: {
      "another user's living pair": async () => await put({ [key]: one.put(FOREIGN) }),
      'a pair whose owner is not known': async () => await put({ [key]: one.put(STRANGE) }),
      'the old pair at another place too': async () =>
        await put({ again: Buffer.from(iniOf(OLD)).toString('base64') }),
    },
    whole,
  };
}

/** A place for the contract of all kinds. */
export async function contractPlace(test: TestContext, cluster: TestCluster): Promise<Place> {
  const { namespace, opening, issue } = await ground(test, cluster);
  const place = `${namespace}/aws-key`;
  await makeSecret(cluster, place, {
    texts: { ...pairTexts(OLD), other: 'kept: 日本 é', bytes: '\u0000\u00ff' },
  });
  const whole = async () => await textsIn(cluster, place);
  const put = async (pair: typeof OLD) =>
    await putTexts(cluster, place, { texts: pairTexts(pair) });
  return {
    place,
    opening,
    issue,
    served: async () => {
      const texts = await whole();
      return { id: texts[KEYS.id] ?? '', secret: texts[KEYS.secret] ?? '' };
    },
    others: async () => {
      const { [KEYS.id]: _, [KEYS.secret]: __, ...others } = await whole();
      return others;
    },
    unfit: `${namespace}/nowhere`,
    look: {
      "another user's living pair": async () => await put(FOREIGN),
      'a pair whose owner is not known': async () => await put(STRANGE),
      'the old pair at another place too': async () =>
        await putTexts(cluster, place, { texts: { credentials: iniOf(OLD) } }),
    },
    whole,
  };
}

function iniOf({ keyId, secret }: typeof OLD): string {
  return `[default]\naws_access_key_id = ${keyId}\naws_secret_access_key = ${secret.reveal()}\n`;
}

export function failsWith(code: string, message: RegExp, hint?: RegExp) {
  return (thrown: unknown): boolean => {
    assert.ok(thrown instanceof KeyturnError, String(thrown));
    assert.match(thrown.message, message);
    assert.equal(thrown.code, code);
    if (hint !== undefined) assert.match(thrown.hint ?? '', hint);
    assert.ok(!`${thrown.message} ${thrown.hint}`.includes(NEW.secret.reveal()));
    return true;
  };
}
