// What may happen to a delivery between us and Vault: the real server behind somebody who loses, delays,
// refuses and forgets.

import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { KeyturnError } from '../../src/base/errors.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import { openDestination } from '../../src/destinations/kinds.ts';
import { type Asked, type Scripted, scriptedServer } from '../http/scripted-server.ts';
import { type BaoServer, ROOT, startBao } from '../openbao/bao-server.ts';
import { NEW, OLD } from './contract.ts';
import { testOpening } from './opening.ts';

type Forward = () => Promise<Scripted>;
/** What happens to a call instead of only being handed on. */
type Fault = (asked: Asked, forward: Forward) => Promise<Scripted>;

const isWrite = ({ method }: Asked): boolean => method === 'PATCH';

describe('a delivery to Vault', () => {
  let bao: BaoServer;
  let places = 0;
  before(async () => {
    bao = await startBao();
  });
  after(async () => await bao.close());

  interface AtFault {
    readonly destination: Destination;
    readonly asked: readonly Asked[];
    readonly fields: () => Promise<Record<string, unknown>>;
    readonly version: () => Promise<number>;
    readonly waitedMs: () => number;
  }

  async function behind(test: TestContext, fault: Fault): Promise<AtFault> {
    places += 1;
    const data = `secret/data/app/${places}`;
    const body = { data: { id: OLD.keyId, secret: OLD.secret.reveal(), kept: 'as it was' } };
    await bao.must('POST', data, { body });
    const server = await scriptedServer(test, async (asked) => {
      const forward = async (): Promise<Scripted> => {
        const answer = await fetch(bao.url + asked.path, {
          method: asked.method,
          headers: {
            'x-vault-token': String(asked.headers['x-vault-token']),
            'content-type': asked.headers['content-type'] ?? 'application/json',
          },
          ...(asked.body !== '' && { body: asked.body }),
        });
        return { status: answer.status, body: await answer.json().catch(() => ({})) };
      };
      return await fault(asked, forward);
    });
    const env = { VAULT_ADDR: server.url, VAULT_TOKEN: ROOT };
    const { opening } = await testOpening(test, env);
    const place = `secret/app/${places}#id=id,secret=secret`;
    const destination = await openDestination({ kind: 'vault', place }, opening);
    assert(destination !== undefined);
    const startMs = Number(opening.clock.now());
    const read = async () => (await bao.must('GET', data)).data;
    return {
      destination,
      asked: server.asked,
      fields: async () => (await read()).data,
      version: async () => (await read()).metadata.version,
      waitedMs: () => Number(opening.clock.now()) - startMs,
    };
  }

  /** Only the first write meets the fault. */
  function once(fault: Fault): Fault {
    let isOver = false;
    return async (asked, forward) => {
      if (!isWrite(asked) || isOver) return await forward();
      isOver = true;
      return await fault(asked, forward);
    };
  }

  async function refusal(work: Promise<unknown>): Promise<KeyturnError> {
    const thrown = await work.then(
      () => undefined,
      (error: unknown) => error,
    );
    assert(thrown instanceof KeyturnError, inspect(thrown));
    const shown = `${inspect(thrown, { depth: 9 })} ${thrown.hint}`;
    for (const text of [OLD.secret.reveal(), NEW.secret.reveal(), ROOT]) {
      assert.equal(shown.includes(text), false);
    }
    return thrown;
  }

  const lost: readonly [string, Fault][] = [
    [
      'comes through and whose answer is lost',
      async (_, forward) => {
        await forward();
        return { instead: 'reset' };
      },
    ],
    [
      'comes through and is answered with an error of a gateway',
      async (_, forward) => {
        await forward();
        return { status: 502, body: 'bad gateway' };
      },
    ],
    ['is lost on the way', async () => ({ instead: 'reset' })],
    [
      'is refused because of the rate',
      async () => ({ status: 429, headers: { 'retry-after': '2' } }),
    ],
    ['meets a server that is down for a moment', async () => ({ status: 503, body: 'down' })],
  ];
  for (const [what, fault] of lost) {
    it(`that ${what} is written once`, async (test) => {
      const { destination, fields, version } = await behind(test, once(fault));
      const receipt = await destination.deliver(NEW);
      assert.equal(receipt.version, '2');
      assert.equal(await version(), 2);
      assert.deepEqual(await fields(), {
        id: NEW.keyId,
        secret: NEW.secret.reveal(),
        kept: 'as it was',
      });
    });
  }

  it('that lands late, after a second attempt, changes nothing any more', async (test) => {
    const late: Forward[] = [];
    const fault = once(async (_, forward) => {
      late.push(forward);
      return { instead: 'reset' };
    });
    const { destination, version } = await behind(test, fault);
    await destination.deliver(NEW);
    for (const land of late) assert.equal((await land()).status, 400);
    assert.equal(await version(), 2);
  });

  it('that is accepted and forgotten is not believed', async (test) => {
    const fault: Fault = async (asked, forward) =>
      isWrite(asked) ? { status: 200, body: { data: { version: 2 } } } : await forward();
    const { destination } = await behind(test, fault);
    const receipt = await destination.deliver(NEW);
    assert.equal(await destination.holds(NEW.keyId, receipt), undefined);
    assert.equal(await destination.holds(OLD.keyId, receipt), undefined);
  });

  it('is not taken back by a standby that shows what was there before', async (test) => {
    const stale: Scripted[] = [];
    let shown = 0;
    const fault: Fault = async (asked, forward) => {
      if (asked.method === 'GET' && asked.path.includes('/data/')) {
        if (stale.length === 0) stale.push(await forward());
        else if (shown > 0 && shown < 4) {
          shown += 1;
          return stale[0] ?? {};
        }
      }
      if (isWrite(asked)) shown = 1;
      return await forward();
    };
    const { destination } = await behind(test, fault);
    const receipt = await destination.deliver(NEW);
    assert.equal((await destination.holds(NEW.keyId, receipt))?.version, '2');
  });

  it('tells what Vault says, with every secret masked, however it echoes', async (test) => {
    const fault: Fault = async (asked, forward) => {
      if (!isWrite(asked)) return await forward();
      return { status: 400, body: { errors: [`cannot take ${asked.body} of ${ROOT}`] } };
    };
    const { destination } = await behind(test, fault);
    const error = await refusal(destination.deliver(NEW));
    assert.equal(error.code, 'delivery-failed');
    assert.match(
      error.message,
      /refuses PATCH v1\/secret\/data\/app\/\d+: HTTP 400, cannot take .*\[secret\]/,
    );
  });

  const down: readonly [string, Scripted, RegExp][] = [
    [
      'does not answer to the end',
      { instead: 'break off' },
      /does not answer: (?:ECONNRESET|an answer that breaks off)/,
    ],
    ['answers with nonsense', { body: '<html>' }, /is a web page, and not Vault/],
    [
      'answers with a redirect',
      { status: 307, headers: { location: 'http://a.invalid/' } },
      /HTTP 307/,
    ],
    [
      'is at its limit for an hour',
      { status: 429, headers: { 'retry-after': '3600' } },
      /HTTP 429/,
    ],
    ['answers 404 to everything', { status: 404, body: { errors: [] } }, /HTTP 404, nothing there/],
    ['answers 401', { status: 401, body: { errors: ['who?'] } }, /HTTP 401, who\?/],
  ];
  for (const [what, answer, message] of down) {
    it(`is refused beforehand where Vault ${what}`, async (test) => {
      const { destination } = await behind(test, async () => answer);
      const error = await refusal(destination.prepare?.() ?? Promise.resolve());
      assert.equal(error.code, 'not-deliverable');
      assert.match(error.message, message);
    });
  }

  it('takes texts of any kind for what they are', async (test) => {
    const { destination, fields } = await behind(test, async (_, forward) => await forward());
    const odd = {
      'a"b': '\\u0000 \u{1F511} ü\n',
      huge: 'x'.repeat(200_000),
      __proto__x: { y: '$z {user}' },
    };
    const data = `secret/data/app/${places}`;
    await bao.must('PATCH', data, { body: { data: odd } });
    await destination.deliver(NEW);
    const { id, secret: _, ...others } = await fields();
    assert.equal(id, NEW.keyId);
    assert.deepEqual(others, { kept: 'as it was', ...odd });
  });
});
