import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import {
  openClients,
  openProbes,
  openStsClient,
  openWire,
  type Wire,
} from '../../src/aws/clients.ts';
import { GET_CALLER_IDENTITY, LIST_USERS } from '../../src/aws/query-operations.ts';
import { repeatableRetries } from '../../src/aws/retry.ts';
import { systemClock } from '../../src/base/clock.ts';

describe('the clients of an account', () => {
  it('take no endpoint but the one resolved for them, whatever the SDK would find', async (test) => {
    const hosts: string[] = [];
    const note = (request: { hostname: string }): Promise<never> => {
      hosts.push(request.hostname);
      return Promise.reject(new DOMException('noted', 'AbortError'));
    };
    // Stands in for the wire: notes where a request would go, and lets none go.
    const wire = {
      metadata: { handlerProtocol: 'http/1.1' },
      handle: note,
      exchange: note,
    } as unknown as Wire['shared'];
    process.env.AWS_ENDPOINT_URL = 'http://stray.invalid';
    test.after(() => {
      delete process.env.AWS_ENDPOINT_URL;
    });
    const settings = {
      region: 'us-east-1',
      iamEndpoint: undefined,
      stsEndpoint: undefined,
      wire: { shared: wire, fresh: wire, close: () => {} },
      patience: { clock: systemClock, throttledMs: 1_000 },
      run: undefined,
      emit: () => {},
    };
    const pair = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' };
    const { read, update, create } = openClients(settings, async () => pair);
    const sts = openStsClient(settings, async () => pair, repeatableRetries(settings.patience));
    for (const client of [read, update, create]) {
      await assert.rejects(client.call(LIST_USERS, {}), { name: 'AbortError' });
    }
    const probe = openProbes(settings)(pair);
    for (const asked of [
      sts.send(new GetCallerIdentityCommand({})),
      probe.call(GET_CALLER_IDENTITY, {}),
    ]) {
      await assert.rejects(asked, { name: 'AbortError' });
    }
    assert.equal(hosts.length, 5);
    assert.ok(!hosts.includes('stray.invalid'));
  });

  it('share no rate limiter and no retry budget, so that none slows another down', async () => {
    const wire = openWire(1, { connectionMs: 1_000, requestMs: 1_000 });
    const settings = {
      region: 'us-east-1',
      iamEndpoint: 'http://127.0.0.1:1',
      stsEndpoint: 'http://127.0.0.1:1',
      wire,
      patience: { clock: systemClock, throttledMs: 1_000 },
      run: undefined,
      emit: () => {},
    };
    const pair = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' };
    const clients = Object.values(openClients(settings, async () => pair));
    assert.equal(new Set(clients.map(({ retries }) => retries)).size, clients.length);
  });
});
