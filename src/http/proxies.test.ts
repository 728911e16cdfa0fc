import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeyturnError } from '../base/errors.ts';
import { routerOf } from './proxies.ts';

const PROXY = 'http://proxy.example.com:3128';

/** `proxy`, `direct`, or the part of NO_PROXY that leads past the proxy. */
function wayTo(hostname: string, env: Record<string, string>, port = 443): string {
  const route = routerOf(env)({ hostname, port });
  return route.kind === 'proxy' ? 'proxy' : (route.past ?? 'direct');
}

describe('the way to a host', () => {
  const cases: readonly (readonly [noProxy: string, host: string, way: string])[] = [
    ['', 'iam.example.com', 'proxy'],
    ['example.com', 'iam.example.com', 'example.com'],
    ['example.com', 'example.com', 'example.com'],
    ['example.com', 'notexample.com', 'proxy'],
    ['.example.com', 'iam.example.com', '.example.com'],
    ['*.example.com', 'iam.example.com', '*.example.com'],
    ['*.example.com', 'example.com', 'proxy'],
    ['EXAMPLE.com.', 'iam.example.COM', 'EXAMPLE.com.'],
    ['example.com:443', 'iam.example.com', 'example.com:443'],
    ['example.com:8443', 'iam.example.com', 'proxy'],
    ['a.test , example.com', 'iam.example.com', 'example.com'],
    ['a.test example.com', 'iam.example.com', 'example.com'],
    ['a.test,*', 'iam.example.com', '*'],
    ['10.0.0.0/8', '10.1.2.3', '10.0.0.0/8'],
    ['10.0.0.0/8', '11.1.2.3', 'proxy'],
    ['10.0.0.0/99', '10.1.2.3', 'proxy'],
    ['10.0.0.0/8', 'ten.example.com', 'proxy'],
    ['10.1.2.3', '10.1.2.3', '10.1.2.3'],
    ['fd00::/8', '[fd12::1]', 'fd00::/8'],
    ['fd12::1', '[fd12::1]', 'fd12::1'],
    ['[fd12::1]:443', '[fd12::1]', '[fd12::1]:443'],
    [',, ,', 'iam.example.com', 'proxy'],
    ['.', 'iam.example.com', 'proxy'],
  ];
  for (const [noProxy, host, way] of cases) {
    it(`NO_PROXY=${JSON.stringify(noProxy)}, ${host}: ${way}`, () => {
      assert.equal(wayTo(host, { HTTPS_PROXY: PROXY, NO_PROXY: noProxy }), way);
    });
  }

  it('never leads through a proxy to this machine', () => {
    for (const host of ['127.0.0.1', '127.9.9.9', 'localhost', '[::1]']) {
      assert.equal(wayTo(host, { HTTPS_PROXY: PROXY }), 'direct');
    }
  });
});

describe('the variable of a proxy', () => {
  it('never shows the user and password that are in it', () => {
    const route = routerOf({ HTTPS_PROXY: 'ann:p%40ss@proxy.example.com:3128' })({
      hostname: 'iam.example.com',
      port: 443,
    });
    assert(route.kind === 'proxy');
    assert.equal(route.proxy.url.href, 'http://proxy.example.com:3128/');
    const shown = Buffer.from('ann:p@ss').toString('base64');
    assert.equal(route.proxy.authorization, `Basic ${shown}`);
  });

  const refused: readonly (readonly [string, RegExp])[] = [
    ['http://ann:p#ss@proxy.example.com:3128', /^HTTPS_PROXY is not the URL of a proxy$/],
    ['http://ann:%zz@proxy.example.com:3128', /^HTTPS_PROXY is not the URL of a proxy$/],
    ['http://proxy.example.com:port', /^HTTPS_PROXY is not the URL of a proxy$/],
    ['socks5://proxy.example.com:1080', /^HTTPS_PROXY names a proxy of the kind socks5:\/\//],
  ];
  for (const [text, message] of refused) {
    it(`is refused when it is ${text}`, () => {
      assert.throws(
        () => routerOf({ HTTPS_PROXY: text }),
        (thrown) =>
          thrown instanceof KeyturnError &&
          thrown.code === 'bad-value' &&
          message.test(thrown.message) &&
          !/p#ss|zz/.test(`${thrown.message} ${thrown.hint}`),
      );
    });
  }
});
