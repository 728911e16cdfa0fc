// What is told of a place that may have the pair, and whose readers may not get it: once a run, in a dry run too.

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { roomBeside } from '../../src/aws/sdk-parameter-store.ts';
import type { ParameterRoom, ParameterStore, SecretStore } from '../../src/base/aws-stores.ts';
import type { EngineEvent } from '../../src/base/events.ts';
import { Secret } from '../../src/base/secret.ts';
import { openDestination } from '../../src/destinations/kinds.ts';
import { OLD } from './contract.ts';
import { testOpening } from './opening.ts';

const TEXT = new Secret(
  JSON.stringify({ AccessKeyId: OLD.keyId, SecretAccessKey: OLD.secret.reveal() }),
);
const ROOM: ParameterRoom = { bytesMax: 4_096, full: undefined };

const unexpected = (): never => assert.fail('nothing is written');

async function told(
  test: TestContext,
  target: { readonly kind: string; readonly place: string },
  stores: {
    readonly room?: ParameterRoom;
    readonly rotator?: string;
    readonly otherStages?: ReadonlyMap<string, string>;
    readonly text?: Secret;
  },
): Promise<string[]> {
  const { opening } = await testOpening(test);
  const events: EngineEvent[] = [];
  const { room = ROOM, rotator, otherStages = new Map(), text = TEXT } = stores;
  const parameter: ParameterStore = {
    read: async () => ({ text, isSecure: true, version: '1', modifiedAt: undefined }),
    room: async () => room,
    ...{ write: unexpected, history: unexpected },
  };
  const secret: SecretStore = {
    read: async (_, stage) => (stage === 'AWSCURRENT' ? { versionId: 'v1', text } : undefined),
    rotator: async () => rotator,
    otherStages: async () => otherStages,
    ...{ stage: unexpected, promote: unexpected },
  };
  const aws = { ...opening.aws, parameterStore: () => parameter, secretStore: () => secret };
  for (let opened = 0; opened < 2; opened += 1) {
    const place = await openDestination(target, {
      ...{ ...opening, aws },
      emit: (event) => void events.push(event),
    });
    assert.ok(place);
    await place.prepare?.();
    await place.prepare?.();
  }
  assert.ok(!JSON.stringify(events).includes(OLD.secret.reveal()));
  return events.map((event) => {
    assert.equal(event.code, 'place-remarked');
    const { kind, place, user, remark } = event as Extract<EngineEvent, { code: 'place-remarked' }>;
    assert.deepEqual({ kind, place, user }, { ...target, user: OLD.user });
    return remark;
  });
}

const PARAMETER = { kind: 'ssm', place: 'eu-west-1:/app/alice' };
const SECRET = { kind: 'secrets-manager', place: 'eu-west-1:app/alice' };

describe('a parameter', () => {
  it('without labels and policies is not remarked on', async (test) => {
    assert.deepEqual(await told(test, PARAMETER, {}), []);
  });

  it('whose versions have labels: their readers do not move, and are told each once', async (test) => {
    const labels = new Map([
      ['prod', '7'],
      ['test', '9'],
    ]);
    const remarks = await told(test, PARAMETER, { room: { ...ROOM, labels } });
    assert.equal(remarks.length, 2);
    assert.match(remarks[0] ?? '', /readers of \/app\/alice:prod keep version 7 until .* label/);
    assert.match(remarks[1] ?? '', /\/app\/alice:test keep version 9/);
  });

  it('that a policy deletes is told with its date; other policies are about messages', async (test) => {
    const policies = [
      { type: 'Expiration', at: '2027-05-13T00:00:00.000Z' },
      { type: 'ExpirationNotification' },
    ];
    const [remark, ...more] = await told(test, PARAMETER, { room: { ...ROOM, policies } });
    assert.match(remark ?? '', /Expiration policy deletes \/app\/alice at 2027-05-13T00:00/);
    assert.deepEqual(more, []);
  });

  it('of which one half has a label is told by the name of the half', async (test) => {
    const { opening } = await testOpening(test);
    const events: EngineEvent[] = [];
    const store: ParameterStore = {
      read: async (name) => ({
        text: new Secret(name.endsWith('ID') ? OLD.keyId : OLD.secret.reveal()),
        ...{ isSecure: true, version: '1', modifiedAt: undefined },
      }),
      room: async (name) =>
        name.endsWith('ID') ? { ...ROOM, labels: new Map([['a', '1']]) } : ROOM,
      ...{ write: unexpected, history: unexpected },
    };
    const place = 'eu-west-1:/app/alice/ID,/app/alice/SECRET';
    const destination = await openDestination(
      { kind: 'ssm', place },
      {
        ...{ ...opening, aws: { ...opening.aws, parameterStore: () => store } },
        emit: (event) => void events.push(event),
      },
    );
    await destination?.prepare?.();
    assert.match(JSON.stringify(events), /readers of \/app\/alice\/ID:a keep version 1/);
  });

  it('of the Standard tier that is too small is refused, and told about the other tier', async (test) => {
    const text = new Secret(TEXT.reveal().replace('{', `{"more":"${'a'.repeat(4_050)}",`));
    await assert.rejects(told(test, PARAMETER, { text }), {
      code: 'not-deliverable',
      message: /would hold \d+ bytes with the new pair, and 4096 are the most in the Standard tier/,
      hint: /make room, or let keyturn move it to the Advanced tier \(8192 bytes\), with tier=advanced/,
    });
    const long = new Secret(TEXT.reveal().replace('{', `{"more":"${'a'.repeat(9_000)}",`));
    await assert.rejects(told(test, PARAMETER, { text: long }), { message: /4096 are the most$/ });
    const room = { ...ROOM, bytesMax: 8_192 };
    assert.deepEqual(await told(test, PARAMETER, { text, room }), []);
  });

  it('is known by its history, which AWS shows to whoever may read it', () => {
    const expiration = (Timestamp: unknown) => ({
      PolicyType: 'Expiration',
      PolicyText: JSON.stringify({ Type: 'Expiration', Version: '1.0', Attributes: { Timestamp } }),
    });
    const at = '2027-05-13T00:00:00.000Z';
    const { labels, policies } = roomBeside(
      [
        { Version: 3, Policies: [expiration(at), { PolicyType: 'Other', PolicyText: 'odd' }] },
        { Version: 2, Labels: ['prod', 'eu'], Policies: [expiration('2026-01-01T00:00:00.000Z')] },
      ],
      ['--name', '/a'],
    );
    assert.deepEqual(
      [...(labels ?? [])],
      [
        ['prod', '2'],
        ['eu', '2'],
      ],
    );
    assert.deepEqual(policies, [{ type: 'Expiration', at }, { type: 'Other' }]);
  });
});

describe('a secret', () => {
  it('that nothing else rotates is not remarked on', async (test) => {
    assert.deepEqual(await told(test, SECRET, {}), []);
  });

  for (const [rotator, who] of [
    [
      'arn:aws:lambda:eu-west-1:123456789012:function:rotate',
      /the function arn:aws:lambda:.*:rotate/,
    ],
    ['AWS', /^AWS itself rotates secret app\/alice/],
  ] as const) {
    it(`that is rotated by ${rotator === 'AWS' ? 'AWS' : 'a function'} too is told once`, async (test) => {
      const [remark, ...more] = await told(test, SECRET, { rotator });
      assert.match(remark ?? '', who);
      assert.match(remark ?? '', /two rotators undo each other/);
      assert.deepEqual(more, []);
    });
  }

  it('of which somebody reads by a stage of their own: they do not move, and are told once', async (test) => {
    const [remark, ...more] = await told(test, SECRET, { otherStages: new Map([['live', 'v0']]) });
    assert.match(
      remark ?? '',
      /readers of the stage live of secret app\/alice keep version v0 until/,
    );
    assert.deepEqual(more, []);
  });
});
