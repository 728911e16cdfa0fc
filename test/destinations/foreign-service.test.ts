// A credential of the environment is for the service that the environment names, and for no other.

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { jointTarget, openDestination, thingsAt } from '../../src/destinations/kinds.ts';
import { scriptedServer } from '../http/scripted-server.ts';
import { testOpening } from './opening.ts';
import { refusal } from './refusal.ts';

interface Service {
  readonly kind: string;
  readonly place: string;
  readonly address: string;
  readonly token: string;
  readonly name: string;
  /** Where the vendor's own service is. */
  readonly home: string;
}

const SERVICES: readonly Service[] = [
  {
    ...{ kind: 'github', place: 'acme/app', name: 'GitHub' },
    home: 'https://api.github.com',
    ...{ address: 'GITHUB_API_URL', token: 'GITHUB_TOKEN' },
  },
  {
    ...{ kind: 'gitlab', place: 'acme/app', name: 'GitLab' },
    home: 'https://gitlab.com',
    ...{ address: 'GITLAB_HOST', token: 'GITLAB_TOKEN' },
  },
  {
    ...{ kind: 'circleci', place: 'gh/acme/app', name: 'CircleCI' },
    home: 'https://circleci.com',
    ...{ address: 'CIRCLECI_HOST', token: 'CIRCLE_TOKEN' },
  },
];

async function placed(test: TestContext, service: Service, own: string, options = '') {
  const { url, asked } = await scriptedServer(test, [{ status: 401, body: { message: 'no' } }]);
  const env = { [service.address]: own, [service.token]: 'a-token', OTHER: 'another-token' };
  const { opening } = await testOpening(test, env);
  const place = `${service.place}?address=${url}${options}`;
  const destination = await openDestination({ kind: service.kind, place }, opening);
  assert.ok(destination?.prepare !== undefined);
  const prepare = destination.prepare;
  return { url, asked, message: await refusal(() => prepare()).then(({ message }) => message) };
}

describe('a token of the environment', () => {
  for (const service of SERVICES) {
    it(`is not shown to another ${service.name} than the environment's`, async (test) => {
      const { message, asked, url } = await placed(test, service, 'http://127.0.0.1:1');
      const { token, name, address } = service;
      assert.equal(
        message,
        `${token} is for the ${name} that ${address} names, http://127.0.0.1:1, and the place is at ${url}`,
      );
      assert.deepEqual(asked, []);
    });

    it(`and one that the place names is shown to that ${service.name}`, async (test) => {
      const { asked } = await placed(test, service, 'http://127.0.0.1:1', `&token=\${env:OTHER}`);
      assert.ok(asked.length > 0);
    });
  }
});

describe('the service of a place', () => {
  for (const { kind, place, address, token, name, home } of SERVICES) {
    const target = { kind, place };

    it(`is on record: ${name}'s own one, or the one that the environment names`, async (test) => {
      for (const [env, at] of [
        [{}, home],
        [{ [address]: 'https://own.example.com' }, 'https://own.example.com'],
        [{ [address]: `${home.toUpperCase().replace('HTTPS', 'https')}/` }, home],
      ] as const) {
        const { opening } = await testOpening(test, { ...env, [token]: 'a-token' });
        const destination = await openDestination(target, opening);
        assert.equal(destination?.place, `${place}?address=${at}`);
      }
    });

    it(`of a record without a word of it is ${name}'s own one, whatever the environment names now`, async (test) => {
      const { url, asked } = await scriptedServer(test, [{ status: 401, body: {} }]);
      const { opening } = await testOpening(test, { [address]: url, [token]: 'a-token' });
      const destination = await openDestination(target, { ...opening, isOnRecord: true });
      assert.equal(destination?.place, `${place}?address=${home}`);
      const { message, hint } = await refusal(async () => destination?.prepare?.());
      assert.equal(
        message,
        `${token} is for the ${name} that ${address} names, ${url}, and the place is at ${home}`,
      );
      assert.ok(hint?.startsWith(`run with ${address}=${home} and a credential for it`));
      assert.deepEqual(asked, []);
    });

    it(`is one for all ways to write ${name}'s own address`, () => {
      const bare = thingsAt(target);
      for (const written of [home, `${home}/`, home.replace('https://', '')]) {
        assert.deepEqual(thingsAt({ kind, place: `${place}?address=${written}` }), bare);
      }
      const own = { kind, place: `${place}?address=https://own.example.com` };
      assert.notDeepEqual(thingsAt(own), bare);
      assert.equal(jointTarget(target, own), undefined);
      assert.deepEqual(jointTarget({ kind, place: `${place}?address=${home}` }, target), {
        kind,
        place: `${place}?address=${home}`,
      });
    });
  }

  it('of GitLab is one with and without the path of its API', () => {
    const at = (address: string) => thingsAt({ kind: 'gitlab', place: `a/b?address=${address}` });
    assert.deepEqual(at('https://gitlab.com/api/v4'), at('gitlab.com'));
    assert.deepEqual(at('https://git.corp.test/api/v4'), at('https://GIT.corp.test:443/'));
    assert.notDeepEqual(at('https://git.corp.test/other'), at('https://git.corp.test'));
  });
});
