// GitHub's own description of its API (@octokit/openapi 23.0.2), held against every call by Prism 5.14.2: once
// before a GitHub for tests, where whole deliveries go through it, and once alone, as what answers.

import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { GithubApi, pathsFor } from '../../../src/destinations/github/api.ts';
import { githubPlaceAt } from '../../../src/destinations/github/place.ts';
import { sealedFor } from '../../../src/destinations/github/sealed-box.ts';
import { openGithub } from '../../../src/destinations/github/service.ts';
import { openDestination } from '../../../src/destinations/kinds.ts';
import { settableClock } from '../../state/support.ts';
import { NEW } from '../contract.ts';
import { testOpening } from '../opening.ts';
import { type FakeGithub, startGithub, TOKEN } from './fake-github.ts';
import { preparedPrism } from './judge/prepare-prism.ts';
import { type Prism, startPrism } from './judge/start-prism.ts';
import { fill, formOf } from './subject.ts';

const judge = preparedPrism(fileURLToPath(new URL('../../../../', import.meta.url)));
const isWanted = process.env.KEYTURN_TEST_REQUIRE_CLIENTS !== undefined;
const skip = judge === undefined && !isWanted ? 'npm run judges installs it' : false;

const PLACES = [
  ['github', 'acme/app', 'repos/acme/app/actions'],
  ['github', 'acme/app#vars.KEY_ID,KEY', 'repos/acme/app/actions'],
  ['github', 'acme/app#PAIR', 'repos/acme/app/actions'],
  ['github', 'acme/app:production', 'repos/acme/app/environments/production'],
  ['github', 'acme/app:production#vars.KEY_ID,KEY', 'repos/acme/app/environments/production'],
  ['github-org', 'acme', 'orgs/acme/actions'],
  ['github-org', 'acme#vars.KEY_ID,KEY', 'orgs/acme/actions'],
  ['github-dependabot', 'acme/app', 'repos/acme/app/dependabot'],
  ['github-dependabot-org', 'acme', 'orgs/acme/dependabot'],
  ['github-codespaces', 'acme/app', 'repos/acme/app/codespaces'],
  ['github-codespaces-org', 'acme', 'orgs/acme/codespaces'],
] as const;

describe('whole deliveries, with Prism before a GitHub for tests', { skip }, () => {
  let front: Front;
  before(async () => {
    front = await startFront();
  });
  after(() => front.stop());

  for (const [kind, place, store] of PLACES) {
    it(`${kind}=${place} breaks nothing of the description`, async (test) => {
      const { destination, violations } = await front.open(test, { kind, place, store });
      await destination.prepare?.();
      const receipt = await destination.deliver(NEW);
      assert.ok(await destination.holds(NEW.keyId, receipt));
      assert.deepEqual(violations(), []);
    });
  }

  it('sees a call that breaks it', async (test) => {
    const { url, violations } = await front.open(test, {
      kind: 'github',
      place: 'acme/app',
      store: 'repos/acme/app/actions',
    });
    await fetch(`${url}/repos/acme/app/actions/secrets/X`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ encrypted_value: 'url-safe_', key_id: 7 }),
    });
    assert.ok(violations().length >= 1);
  });
});

describe('Prism in the place of GitHub', { skip }, () => {
  let prism: Prism;
  before(async () => {
    assert.ok(judge !== undefined, 'npm run judges');
    prism = await startPrism(judge);
  });
  after(() => prism.stop());

  for (const [kind, place] of PLACES) {
    it(`${kind}=${place}: each answer is understood, each write is taken`, async (test) => {
      const env = { GITHUB_API_URL: prism.url, KEYTURN_GITHUB_TOKEN: TOKEN };
      const { opening } = await testOpening(test, env);
      const service = kind.includes('dependabot')
        ? 'dependabot'
        : kind.includes('codespaces')
          ? 'codespaces'
          : 'actions';
      const store = { kind, service, isOfOrganization: kind.endsWith('-org') } as const;
      const at = githubPlaceAt(place, store);
      assert.ok(at !== undefined);
      const api = new GithubApi(() => openGithub(at, opening), pathsFor(at, store));
      assert.match((await api.secret('KEY'))?.updatedAt ?? '', /^20\d\d-/);
      const key = await api.publicKey();
      assert.ok(key.id.length > 0);
      const box = sealedFor(Buffer.alloc(32, 9), NEW.secret.reveal());
      const audience = store.isOfOrganization
        ? ({ visibility: 'selected', repositories: [1, 2] } as const)
        : undefined;
      await api.putSecret('KEY', { keyId: key.id, box, audience });
      await assert.rejects(api.putSecret('KEY', { keyId: key.id, box: '-_-', audience }), {
        status: 422,
      });
      if (store.isOfOrganization) {
        const shared = { kind: 'secret', name: 'KEY' } as const;
        assert.ok((await api.repositoriesOf(shared)).length > 0);
        await api.giveTo(shared, 1);
      }
      if (at.pair.form !== 'variable') return;
      assert.ok((await api.variable('KEY_ID')) !== undefined);
      await api.setVariable('KEY_ID', NEW.keyId, audience);
    });
  }
});

interface Place {
  readonly kind: string;
  readonly place: string;
  readonly store: string;
}

interface Front {
  open(test: TestContext, place: Place): ReturnType<typeof openBefore>;
  stop(): Promise<void>;
}

/** Between a destination and Prism, to collect what Prism notes in the headers of answers. */
async function startFront(): Promise<Front> {
  assert.ok(judge !== undefined, 'npm run judges');
  let noted: string[] = [];
  let target: FakeGithub | undefined;
  const behind = createServer((asked, answer) => pipe(asked, answer, target?.url ?? ''));
  behind.listen(0, '127.0.0.1');
  await new Promise((resolve) => behind.once('listening', resolve));
  const prism = await startPrism(judge, addressOf(behind));
  const ahead = createServer((asked, answer) =>
    pipe(asked, answer, prism.url, (headers) => {
      const text = headers['sl-violations'];
      if (typeof text !== 'string') return;
      // The GitHub for tests tells no more of a repository than its ID.
      const isShort = /\/repositories\?/.test(asked.url ?? '') && !text.includes('["request"');
      if (!isShort) noted.push(`${asked.method} ${asked.url}: ${text}`);
    }),
  );
  ahead.listen(0, '127.0.0.1');
  await new Promise((resolve) => ahead.once('listening', resolve));
  return {
    open: async (test, place) => {
      noted = [];
      const opened = await openBefore(test, place, addressOf(ahead));
      target = opened.github;
      return { ...opened, violations: () => noted };
    },
    stop: async () => {
      for (const server of [ahead, behind]) {
        server.closeAllConnections();
        server.close();
      }
      await prism.stop();
    },
  };
}

async function openBefore(test: TestContext, { kind, place, store }: Place, url: string) {
  const env = { GITHUB_API_URL: url, KEYTURN_GITHUB_TOKEN: TOKEN };
  const { opening } = await testOpening(test, env);
  const github = await startGithub(test, settableClock());
  fill(github, store, formOf(place.split('#')[1]));
  const destination = await openDestination({ kind, place }, { ...opening, clock: github.clock });
  assert.ok(destination !== undefined);
  return { destination, github, url, violations: (): readonly string[] => [] };
}

function addressOf(server: ReturnType<typeof createServer>): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function pipe(
  asked: IncomingMessage,
  answer: ServerResponse,
  to: string,
  note: (headers: IncomingMessage['headers']) => void = () => {},
): void {
  const { method = 'GET', headers, url = '/' } = asked;
  const onward = request(`${to}${url}`, { method, headers }, (given) => {
    note(given.headers);
    answer.writeHead(given.statusCode ?? 502, given.headers);
    given.pipe(answer);
  });
  onward.on('error', () => answer.destroy());
  asked.pipe(onward);
}
