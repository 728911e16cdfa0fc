// Who vouches for a service, and for us: authorities, client certificates and server names, also through a
// proxy.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { placeHttp } from '../../src/app/place-http.ts';
import { Secret } from '../../src/base/secret.ts';
import { trustIn } from '../../src/http/certificates.ts';
import { HttpFailure } from '../../src/http/failure.ts';
import { routerOf } from '../../src/http/proxies.ts';
import type { ServiceTls } from '../../src/http/service.ts';
import { type Certificates, makeCertificates } from '../environment/certificates.ts';
import { type Recorder, startRecorder } from '../environment/recorder.ts';
import { settableClock } from '../state/support.ts';

describe('the certificates of a service', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-tls-'));
  let certificates: Certificates;
  let recorder: Recorder;
  let server: Server;
  const callers: string[] = [];
  before(async () => {
    certificates = makeCertificates(folder);
    recorder = await startRecorder(certificates);
    const { key, certificate: cert, authorityText: ca } = certificates;
    const options = { key, cert, ca, requestCert: true, rejectUnauthorized: false };
    server = createServer(options, (request, response) => {
      const { authorized } = request.socket as TLSSocket;
      callers.push(authorized ? 'known' : 'unknown');
      response.end('{"ok":true}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await recorder.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const url = (host = '127.0.0.1') => `https://${host}:${(server.address() as AddressInfo).port}`;

  async function ask(tls?: ServiceTls, env: Record<string, string> = {}, address = url()) {
    const bundle = env.AWS_CA_BUNDLE;
    const trust =
      bundle === undefined ? undefined : trustIn({ source: 'AWS_CA_BUNDLE', path: bundle });
    const ways = { route: routerOf(env), trust, signal: undefined };
    const open = placeHttp({ env, ways }, settableClock());
    const service = await open({ name: 'Thing', address, setting: 'THING_ADDR', tls });
    return await service.send({ method: 'POST', path: 'x', body: {} }).then(
      (answer) => answer.status,
      (error: unknown) => {
        assert(error instanceof HttpFailure, String(error));
        return error;
      },
    );
  }

  async function refusal(...about: Parameters<typeof ask>): Promise<HttpFailure> {
    const failure = await ask(...about);
    assert(failure instanceof HttpFailure);
    assert.equal(failure.outcome, 'not-sent');
    return failure;
  }

  it('are believed when the authority of the place, or else of the run, signed them', async () => {
    assert.equal(await ask({ ca: certificates.authorityText }), 200);
    assert.equal(await ask({}, { AWS_CA_BUNDLE: certificates.authority }), 200);
    const ca = certificates.authorityText;
    assert.equal(await ask({ ca }, { AWS_CA_BUNDLE: certificates.stranger }), 200);
  });

  it('are refused otherwise, whatever NODE_TLS_REJECT_UNAUTHORIZED says', async (test) => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    test.after(() => delete process.env.NODE_TLS_REJECT_UNAUTHORIZED);
    const unknown = await refusal();
    assert.match(unknown.message, /shows a certificate that nobody trusted here has signed/);
    assert.match(unknown.hint ?? '', /name the file with its certificate in AWS_CA_BUNDLE/);
    const ca = readFileSync(certificates.stranger, 'utf8');
    const other = await refusal({ ca, caSetting: 'THING_CACERT' });
    assert.match(other.hint ?? '', /^THING_CACERT names the only file with authorities/);
  });

  it('are for the name that the place says', async () => {
    const ca = certificates.authorityText;
    assert.equal(await ask({ ca, serverName: 'thing.corp.test' }), 200);
    const failure = await refusal({ ca, serverName: 'thing.example.org' });
    assert.match(failure.hint ?? '', /is for another host: check THING_ADDR/);
  });

  it('go both ways where the place has one for us', async () => {
    const { authorityText: ca, certificate, key } = certificates;
    callers.length = 0;
    const pair = { cert: certificate.toString(), key: new Secret(key.toString()) };
    assert.equal(await ask({ ca, certificate: pair }), 200);
    assert.equal(await ask({ ca }), 200);
    assert.deepEqual(callers, ['known', 'unknown']);
  });

  it('say of a client certificate that is none that it cannot be used', async () => {
    const certificate = { cert: 'none', key: new Secret('none') };
    const { authorityText: ca } = certificates;
    await assert.rejects(ask({ ca, certificate }), /client certificate for Thing cannot be used/);
    await assert.rejects(
      ask({ ca: 'none', caSetting: 'THING_CACERT' }),
      /THING_CACERT holds no certificate in PEM form/,
    );
  });

  it('are those of the service behind a proxy too', async () => {
    recorder.clear();
    const env = { HTTPS_PROXY: `http://127.0.0.1:${recorder.ports.proxy}` };
    const address = 'https://thing.corp.test';
    const ca = certificates.authorityText;
    await ask({ ca }, env, address);
    assert.deepEqual(
      recorder.tunnels.map(({ target }) => target),
      ['thing.corp.test:443'],
    );
    recorder.refusal = '403 Forbidden';
    const failure = await refusal({ ca }, env, address);
    assert.match(failure.message, /the proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\) refuses/);
  });
});
