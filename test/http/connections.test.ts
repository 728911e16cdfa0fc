// The lean client's connections: which are used again, what they do without being asked, and TLS.

import assert from 'node:assert/strict';
import { constants } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createPlain, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createServer as createSecure, createSecureContext, type TLSSocket } from 'node:tls';
import type { Asker } from '../../src/http/connection.ts';
import { Connections, type ConnectionsOptions, type Origin } from '../../src/http/connections.ts';
import { makeCertificates } from '../environment/certificates.ts';

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

async function listen(
  test: TestContext,
  server: Server,
  onRequest: (socket: Socket, count: number) => void,
): Promise<Origin & { readonly sockets: Socket[] }> {
  const sockets: Socket[] = [];
  let count = 0;
  const isSecure = 'setSecureContext' in server;
  server.on(isSecure ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', () => {
      count += 1;
      onRequest(socket, count);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  assert(typeof address === 'object' && address !== null);
  return { isSecure, host: '127.0.0.1', port: address.port, sockets };
}

function open(test: TestContext, options: Partial<ConnectionsOptions> = {}): Connections {
  const connections = new Connections({ keepAlive: true, trust: () => undefined, ...options });
  test.after(() => connections.close());
  return connections;
}

async function ask(connections: Connections, origin: Origin, body = ''): Promise<string> {
  const connection = await connections.take(origin, { kind: 'direct' });
  return await new Promise((resolve, reject) => {
    const asker: Asker = {
      onHead: () => {},
      onAnswer: ({ body }) => resolve(String(body)),
      onFailure: reject,
    };
    connection.ask(`POST / HTTP/1.1\r\nhost: x\r\n\r\n${body}`, asker);
  });
}

/** Until the connection's other side has done what it had to do. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

describe('the connections of a client', () => {
  it('are used again, and at the same time there are several', async (test) => {
    const origin = await listen(test, createPlain(), (socket) => socket.write(ANSWER));
    const connections = open(test);
    for (let call = 0; call < 3; call += 1) assert.equal(await ask(connections, origin), 'ok');
    assert.equal(origin.sockets.length, 1);
    await Promise.all([ask(connections, origin), ask(connections, origin)]);
    assert.equal(origin.sockets.length, 2);
  });

  it('are used once where that was asked for', async (test) => {
    const origin = await listen(test, createPlain(), (socket) => socket.write(ANSWER));
    const connections = open(test, { keepAlive: false });
    for (let call = 0; call < 3; call += 1) assert.equal(await ask(connections, origin), 'ok');
    assert.equal(origin.sockets.length, 3);
  });

  it('are not used again when the server has said for how long it keeps them', async (test) => {
    const kept = (seconds: number) =>
      ANSWER.replace('\r\n', `\r\nKeep-Alive: timeout=${seconds}, max=9\r\n`);
    for (const [seconds, expected] of [
      [60, 1],
      [1, 2],
    ] as const) {
      const origin = await listen(test, createPlain(), (socket) => socket.write(kept(seconds)));
      const connections = open(test);
      for (let call = 0; call < 2; call += 1) await ask(connections, origin);
      assert.equal(origin.sockets.length, expected, `${seconds} s`);
    }
  });

  it('are not used again when the server closes them, or speaks without being asked', async (test) => {
    for (const act of [
      (socket: Socket) => socket.end(),
      (socket: Socket) => socket.destroy(),
      (socket: Socket) => socket.write(ANSWER),
    ]) {
      const origin = await listen(test, createPlain(), (socket) => socket.write(ANSWER));
      const connections = open(test);
      await ask(connections, origin);
      act(origin.sockets[0] as Socket);
      await settled();
      assert.equal(await ask(connections, origin), 'ok');
      assert.equal(origin.sockets.length, 2);
    }
  });

  it('are not used again after more than an answer, nor when the server has hung up on what is still written', async (test) => {
    for (const act of [
      (socket: Socket) => socket.write(ANSWER + ANSWER),
      (socket: Socket) => socket.pause().end(ANSWER),
    ]) {
      const server = createPlain({ allowHalfOpen: true });
      const origin = await listen(test, server, (socket, count) =>
        count === 1 ? act(socket) : socket.write(ANSWER),
      );
      const connections = open(test);
      assert.equal(await ask(connections, origin, 'x'.repeat(1 << 24)), 'ok');
      await settled();
      for (let call = 0; call < 2; call += 1) assert.equal(await ask(connections, origin), 'ok');
      assert.equal(origin.sockets.length, 2);
    }
  });

  it('tell whoever waits when they break off, and when the client is closed', async (test) => {
    const broken = await listen(test, createPlain(), (socket) => socket.end());
    const connections = open(test);
    await assert.rejects(ask(connections, broken), { code: 'ECONNRESET' });
    const silent = await listen(test, createPlain(), () => connections.close());
    await assert.rejects(ask(connections, silent), /the client was closed/);
  });

  it('verify who answers, and take the session up again', async (test) => {
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-connections-'));
    test.after(() => rmSync(folder, { recursive: true, force: true }));
    const { key, certificate: cert, authorityText: ca } = makeCertificates(folder);
    const resumed: boolean[] = [];
    const origin = await listen(test, createSecure({ key, cert }), (socket) => {
      resumed.push((socket as TLSSocket).isSessionReused());
      socket.write(ANSWER);
    });
    await assert.rejects(ask(open(test), origin), { code: /SELF_SIGNED|UNABLE_TO/ });
    const context = createSecureContext({ ca });
    const kept = open(test, { trust: () => context });
    const fresh = open(test, { trust: () => context, keepAlive: false });
    const before = origin.sockets.length;
    for (let call = 0; call < 2; call += 1) assert.equal(await ask(kept, origin), 'ok');
    assert.equal(origin.sockets.length, before + 1);
    for (let call = 0; call < 2; call += 1) assert.equal(await ask(fresh, origin), 'ok');
    assert.deepEqual(resumed, [false, false, false, true]);
  });

  it('begin anew where taking the session up again has broken off', async (test) => {
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-connections-'));
    test.after(() => rmSync(folder, { recursive: true, force: true }));
    const { key, certificate: cert, authorityText: ca } = makeCertificates(folder);
    // One that knows sessions by their names, and stumbles over those that it knows.
    const secureOptions = constants.SSL_OP_NO_TICKET;
    const server = createSecure({ key, cert, secureOptions, maxVersion: 'TLSv1.2' });
    const known = new Set<string>();
    server.on('newSession', (name: Buffer, _session, done) => {
      known.add(name.toString('hex'));
      done();
    });
    server.on('resumeSession', (name: Buffer, done) => {
      done(known.has(name.toString('hex')) ? new Error('no') : null, null);
    });
    const origin = await listen(test, server, (socket) => socket.write(ANSWER));
    const context = createSecureContext({ ca });
    const fresh = open(test, { trust: () => context, keepAlive: false });
    assert.equal(await ask(fresh, origin), 'ok');
    await assert.rejects(ask(fresh, origin), { code: 'ECONNRESET' });
    assert.equal(await ask(fresh, origin), 'ok');
  });
});
