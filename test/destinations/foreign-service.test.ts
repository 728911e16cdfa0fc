// A credential of the environment is for the service that the environment names, and for no other.

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { openDestination } from '../../src/destinations/kinds.ts';
import { scriptedServer } from '../http/scripted-server.ts';
import { testOpening } from './opening.ts';
import { refusal } from './refusal.ts';

interface Service {
  readonly kind: string;
  readonly place: string;
  readonly address: string;
  readonly token: string;
  readonly name: string;
}

const SERVICES: readonly Service[] = [
  {
    ...{ kind: 'github', place: 'acme/app', name: 'GitHub' },
    ...{ address: 'GITHUB_API_URL', token: 'GITHUB_TOKEN' },
  },
  {
    ...{ kind: 'gitlab', place: 'acme/app', name: 'GitLab' },
    ...{ address: 'GITLAB_HOST', token: 'GITLAB_TOKEN' },
  },
  {
    ...{ kind: 'circleci', place: 'gh/acme/app', name: 'CircleCI' },
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
