import assert from 'node:assert/strict';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { IAMClient, ListAccessKeysCommand } from '@aws-sdk/client-iam';
import { openWire, type Wire } from '../../src/aws/clients.ts';
import { DEFAULT_TIMEOUTS } from '../../src/aws/http-handler.ts';
import { impatientTimeouts } from './support.ts';

const ANSWER =
  '<ListAccessKeysResponse><ListAccessKeysResult><IsTruncated>false</IsTruncated><AccessKeyMetadata/></ListAccessKeysResult></ListAccessKeysResponse>';

async function listen(
  test: TestContext,
  answer: (response: ServerResponse) => void,
): Promise<{ server: Server; endpoint: string }> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => answer(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function clientOf(
  test: TestContext,
  endpoint: string,
  requestHandler: Wire['shared'],
  maxAttempts = 1,
): IAMClient {
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' };
  const options = { endpoint, region: 'us-east-1', credentials, requestHandler, maxAttempts };
  const client = new IAMClient(options);
  test.after(() => client.destroy());
  return client;
}

describe('the wire of an account', () => {
  it('never has more calls under way than allowed, over all clients together', async (test) => {
    const underWay = new Set<ServerResponse>();
    let most = 0;
    const { endpoint } = await listen(test, (response) => {
      underWay.add(response);
      most = Math.max(most, underWay.size);
      response.writeHead(200);
      response.write(ANSWER.slice(0, 20));
      // None is answered before three are under way, and a fourth would have time to come.
      if (underWay.size < 3) return;
      setTimeout(() => {
        for (const each of underWay) each.end(ANSWER.slice(20));
        underWay.clear();
      }, 5);
    });
    const wire = openWire(3, DEFAULT_TIMEOUTS);
    const clients = [wire.shared, wire.fresh].map((way) => clientOf(test, endpoint, way));
    const calls = clients.flatMap((client) =>
      Array.from({ length: 15 }, () => client.send(new ListAccessKeysCommand({ UserName: 'a' }))),
    );
    await Promise.all(calls);
    assert.equal(most, 3);
  });

  it('gives the place of a failed call back', async (test) => {
    let calls = 0;
    const { endpoint } = await listen(test, (response) => {
      calls += 1;
      if (calls % 4 === 1) response.destroy();
      else if (calls % 4 === 2) response.writeHead(200, { 'content-length': 99 }).write('<');
      else response.end(ANSWER);
    });
    const wire = openWire(1, await impatientTimeouts(test));
    const client = clientOf(test, endpoint, wire.shared);
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () => client.send(new ListAccessKeysCommand({ UserName: 'a' }))),
    );
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 4);
  });

  it('ends a body that trickles on for ever', async (test) => {
    const { endpoint } = await listen(test, (response) => {
      response.writeHead(200);
      const trickle = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(trickle));
    });
    const wire = openWire(1, { ...DEFAULT_TIMEOUTS, requestMs: 150 });
    const client = clientOf(test, endpoint, wire.shared);
    await assert.rejects(client.send(new ListAccessKeysCommand({ UserName: 'a' })));
  });

  it('opens a connection for each creation, so that a stale one cannot lose its answer (I2)', async (test) => {
    let connections = 0;
    const { server, endpoint } = await listen(test, (response) => response.end(ANSWER));
    server.on('connection', () => {
      connections += 1;
    });
    const wire = openWire(1, DEFAULT_TIMEOUTS);
    const counts: number[] = [];
    for (const way of [wire.shared, wire.fresh]) {
      const client = clientOf(test, endpoint, way);
      connections = 0;
      for (let call = 0; call < 3; call += 1) {
        await client.send(new ListAccessKeysCommand({ UserName: 'a' }));
      }
      counts.push(connections);
    }
    assert.deepEqual(counts, [1, 3]);
  });
});
