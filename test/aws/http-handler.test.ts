import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createPlain, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { IAMClient, ListAccessKeysCommand } from '@aws-sdk/client-iam';
import { HttpRequest } from '@smithy/core/protocols';
import { openWire, type Wire } from '../../src/aws/clients.ts';
import { DEFAULT_TIMEOUTS } from '../../src/aws/http-handler.ts';
import { proxyAt } from '../../src/http/proxies.ts';
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

function requestTo(origin: string, headers: Record<string, string> = {}): HttpRequest {
  const { protocol, hostname, port } = new URL(origin);
  const to = { protocol, hostname, port: Number(port), method: 'POST', path: '/' };
  return new HttpRequest({ ...to, headers, body: 'x' });
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

  it('holds nothing for a request that cannot be written', async () => {
    const { shared } = openWire(1, DEFAULT_TIMEOUTS);
    const { signal } = new AbortController();
    for (const request of [
      requestTo('http://127.0.0.1:1', { 'x-a': 'a\nb' }),
      Object.assign(requestTo('http://127.0.0.1:1'), { port: 99_999 }),
    ]) {
      await assert.rejects(shared.exchange(request, signal), { code: /^ERR_/ });
      assert.deepEqual(getEventListeners(signal, 'abort'), []);
    }
  });

  it('gives a proxy that never answers as long as an answer, knows that nothing has left, and lets go of it', async (test) => {
    const proxy = createPlain((socket) => socket.on('error', () => {}).resume());
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    test.after(() => proxy.close());
    const { port } = proxy.address() as AddressInfo;
    const route = { kind: 'proxy', proxy: proxyAt(`127.0.0.1:${port}`, 'HTTPS_PROXY') } as const;
    const ways = { route: () => route, trust: undefined };
    const request = requestTo('https://iam.invalid:443');
    for (const isStopped of [false, true]) {
      const requestMs = isStopped ? 60_000 : 50;
      const { shared } = openWire(1, { connectionMs: 60_000, requestMs }, ways);
      const stop = new AbortController();
      const call = shared.exchange(request, stop.signal);
      const refused = assert.rejects(
        call,
        isStopped ? { name: 'AbortError' } : { name: 'TimeoutError', syscall: 'connect' },
      );
      const [socket] = (await once(proxy, 'connection')) as [Socket];
      const closed = once(socket, 'close');
      if (isStopped) stop.abort();
      await refused;
      await closed;
    }
  });
});
