// What goes wrong between a run and GitLab, at a GitLab for tests.

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { readDelivery } from '../../../src/app/read-delivery.ts';
import type { Destination } from '../../../src/destinations/destination.ts';
import { kindNamed, openDestination, thingsAt } from '../../../src/destinations/kinds.ts';
import { SAMPLE_FACTS } from '../../../src/destinations/place.ts';
import { NEW } from '../contract.ts';
import type { JsonRequest } from '../json-server.ts';
import { testOpening } from '../opening.ts';
import { isDelivered, refusal } from '../refusal.ts';
import { TOKEN } from './fake-gitlab.ts';
import { openGitlabPlace } from './subject.ts';

const OWNER = 'projects acme/app';
const PLAIN = { place: 'acme/app', owner: OWNER, unfit: '' };

async function arranged(test: TestContext, subject: Parameters<typeof openGitlabPlace>[1] = PLAIN) {
  const stage = await openGitlabPlace(test, subject);
  await stage.issue(NEW);
  const destination = await openDestination({ kind: 'gitlab', place: stage.place }, stage.opening);
  assert.ok(destination !== undefined);
  return { ...stage, destination };
}

const isPut = ({ method }: JsonRequest): boolean => method === 'PUT';

describe('variables of GitLab, and what may happen to a write', () => {
  it('the secret goes first, the scope is always named and never moved', async (test) => {
    const { destination, gitlab } = await arranged(test);
    await isDelivered(destination);
    const puts = gitlab.requests.filter(isPut);
    assert.deepEqual(
      puts.map(({ path, query, body }) => [
        path,
        query.get('filter[environment_scope]'),
        Object.keys(body),
      ]),
      [
        ['projects/acme%2Fapp/variables/AWS_SECRET_ACCESS_KEY', '*', ['value']],
        ['projects/acme%2Fapp/variables/AWS_ACCESS_KEY_ID', '*', ['value']],
      ],
    );
    assert.ok(gitlab.requests.every(({ headers }) => headers['private-token'] === TOKEN));
  });

  it('the second delivery writes nothing', async (test) => {
    const { destination, gitlab } = await arranged(test);
    await isDelivered(destination);
    await isDelivered(destination);
    assert.equal(gitlab.requests.filter(isPut).length, 2);
  });

  it('half a delivery is completed by the next one, and the half pair does not count', async (test) => {
    const { destination, gitlab } = await arranged(test);
    gitlab.fault = (request, next) =>
      isPut(request) && request.path.endsWith('KEY_ID') ? { status: 503 } : next();
    await refusal(() => destination.deliver(NEW));
    gitlab.fault = undefined;
    assert.equal(await destination.holds(NEW.keyId, { kind: 'gitlab', reference: '' }), undefined);
    await isDelivered(destination);
  });

  it('a GitLab that accepts and forgets is found out', async (test) => {
    const { destination, gitlab } = await arranged(test);
    gitlab.fault = (request, next) => {
      if (!isPut(request)) return next();
      const key = request.path.split('/').at(-1);
      const kept = gitlab.owners.get(OWNER)?.find((each) => each.key === key);
      return { status: 200, body: { ...kept, value: request.body.value } };
    };
    const receipt = await destination.deliver(NEW);
    assert.equal(await destination.holds(NEW.keyId, receipt), undefined);
  });

  it('one that ignores the scope is told', async (test) => {
    const place = { ...PLAIN, place: 'acme/app@production' };
    const { destination, gitlab } = await arranged(test, place);
    gitlab.fault = (request, next) => {
      const answer = next();
      return isPut(request) && typeof answer.body === 'object'
        ? { ...answer, body: { ...answer.body, environment_scope: '*' } }
        : answer;
    };
    assert.match((await refusal(() => destination.deliver(NEW))).message, /another scope/);
  });

  it('what somebody puts there later is seen, also under a hidden variable', async (test) => {
    const hidden = { masked: true, hidden: true, description: 'ours' };
    const { destination, gitlab } = await arranged(test, { ...PLAIN, traits: [{}, hidden] });
    const receipt = await destination.deliver(NEW);
    assert.equal(receipt.proof, 'marker');
    const description = () =>
      gitlab.owners.get(OWNER)?.find(({ key }) => key === 'AWS_SECRET_ACCESS_KEY')?.description;
    assert.equal(description(), `ours [keyturn ${NEW.keyId}]`);
    assert.equal(await destination.isRead?.(NEW.keyId, receipt), true);
    const theirs = { key: 'AWS_SECRET_ACCESS_KEY', value: 'theirs-theirs', ...hidden };
    gitlab.put(OWNER, theirs);
    assert.equal(await destination.holds(NEW.keyId, receipt), undefined);
  });
});

describe('variables of GitLab, and what a look finds', () => {
  const looked = (destination: Destination) => refusal(() => destination.prepare?.());

  it('the same name with several scopes is refused, with the commands', async (test) => {
    const { destination, gitlab } = await arranged(test);
    for (const key of ['AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID']) {
      gitlab.put(OWNER, { key, value: 'x', environment_scope: 'production' });
    }
    const error = await looked(destination);
    assert.match(error.message, /has AWS_SECRET_ACCESS_KEY with several scopes/);
    assert.match(error.hint ?? '', /^ {2}--deliver 'gitlab=acme\/app@\*\?address=\S+'$/m);
    assert.match(error.hint ?? '', /^ {2}--deliver 'gitlab=acme\/app@production\?address=\S+'$/m);
  });

  it('a scope that is named by the operator is taken beside others', async (test) => {
    const { destination, gitlab } = await arranged(test, { ...PLAIN, place: 'acme/app@*' });
    gitlab.put(OWNER, { key: 'AWS_ACCESS_KEY_ID', value: 'x', environment_scope: 'production' });
    await isDelivered(destination);
    assert.equal(gitlab.value(OWNER, 'AWS_ACCESS_KEY_ID', 'production'), 'x');
  });

  it('a variable that is missing is named, with the command that makes it', async (test) => {
    const { destination } = await arranged(test, { ...PLAIN, place: 'acme/app#A,B' });
    const other = { kind: 'gitlab', place: 'acme/app#A,MISSING' };
    await destination.prepare?.();
    const { opening } = await openGitlabPlace(test, PLAIN);
    const error = await looked((await openDestination(other, opening)) as Destination);
    assert.match(error.message, /variable MISSING of acme\/app on GitLab does not exist/);
    assert.match(
      error.hint ?? '',
      /^ {2}glab variable set MISSING placeholder --masked --repo acme\/app$/m,
    );
  });

  it('a masked variable takes no object', async (test) => {
    const subject = { ...PLAIN, place: 'acme/app#PAIR', traits: [{ masked: true }] };
    const { destination } = await arranged(test, subject);
    assert.match((await looked(destination)).message, /PAIR of acme\/app on GitLab is masked/);
  });

  it('a token that only reads', async (test) => {
    const { destination, gitlab } = await arranged(test);
    gitlab.scopes = ['read_api'];
    assert.match((await looked(destination)).message, /it has the scopes read_api/);
  });

  it('a wrong token, a role that is too low, a project that is not there', async (test) => {
    const { destination, gitlab } = await arranged(test);
    const say = (status: number) => {
      gitlab.fault = (request, next) =>
        request.path.includes('/variables')
          ? { status, body: { message: `${status} No` } }
          : next();
    };
    say(401);
    assert.match((await looked(destination)).hint ?? '', /expired or was revoked/);
    say(403);
    assert.match((await looked(destination)).hint ?? '', /Maintainer of the project/);
    say(404);
    assert.match((await looked(destination)).hint ?? '', /acme\/app: it does not exist, or/);
  });

  it('the place may say where GitLab is, and where its token is', async (test) => {
    const { gitlab, issue } = await arranged(test);
    const { opening } = await testOpening(test, { OWN_TOKEN: TOKEN });
    await issue(NEW);
    const place = `acme/app?address=${gitlab.url}&token=\${env:OWN_TOKEN}`;
    const destination = await openDestination({ kind: 'gitlab', place }, opening);
    assert.equal(destination?.place, place);
    await isDelivered(destination as Destination);
    assert.equal(gitlab.value(OWNER, 'AWS_ACCESS_KEY_ID'), NEW.keyId);
  });

  it('a record names the GitLab that the environment named', async (test) => {
    const { opening } = await testOpening(test, { GITLAB_HOST: 'gitlab.example.com' });
    const destination = await openDestination({ kind: 'gitlab', place: 'acme/app' }, opening);
    assert.equal(destination?.place, 'acme/app?address=https://gitlab.example.com');
  });

  it('without a token nothing is asked, and a job token is told to be none', async (test) => {
    const { opening } = await testOpening(test, { CI_JOB_TOKEN: 'x' });
    const destination = await openDestination({ kind: 'gitlab', place: 'acme/app' }, opening);
    const error = await looked(destination as Destination);
    assert.match(error.hint ?? '', /GITLAB_TOKEN.*CI_JOB_TOKEN may write no variable/);
  });

  it('a page in the place of an answer counts for nothing', async (test) => {
    const { destination, gitlab } = await arranged(test);
    gitlab.fault = () => ({ status: 200, body: '<html>sign in</html>' });
    assert.match((await looked(destination)).message, /not GitLab/);
  });
});

describe('variables of GitLab as places', () => {
  for (const [text, place] of [
    ['gitlab=acme/{user}', 'acme/ada'],
    ['gitlab=acme/deep/{user}@review/*#A,B', 'acme/deep/ada@review/*#A,B'],
    ['gitlab=4711#{user}_ID,{user}_KEY', '4711#ada_ID,ada_KEY'],
    ['gitlab-group={user}@production#PAIR', 'ada@production#PAIR'],
  ] as const) {
    it(`${text} is ${place}`, () => {
      const { kind: name, template } = readDelivery(text, undefined, '--deliver');
      const facts = { ...SAMPLE_FACTS, user: 'ada' };
      assert.equal(kindNamed(name)?.placeFor(template, facts), place);
      assert.equal(kindNamed(name)?.placeFor(place, facts), place);
      assert.ok(thingsAt({ kind: name, place }).length > 0);
    });
  }

  for (const text of [
    'gitlab={user}',
    'gitlab=acme/{user}/',
    'gitlab=acme/-{user}',
    'gitlab=acme/{user}@',
    'gitlab=acme/{user}#A,A',
    'gitlab=acme/{user}#A-B,C',
    'gitlab-group={user}.git',
  ]) {
    it(`${text} is bad input`, () => {
      assert.throws(() => readDelivery(text, undefined, '--deliver'), { code: 'bad-value' });
    });
  }
});

describe('variables of GitLab that are made', () => {
  const made = async (test: TestContext, kind: string, subject: typeof PLAIN) => {
    const stage = await openGitlabPlace(test, subject);
    await stage.takeAway?.();
    const opening = { ...stage.opening, newPlaces: { tags: {} } };
    const destination = await openDestination({ kind, place: stage.place }, opening);
    assert.ok(destination?.making !== undefined);
    return { ...stage, destination, making: destination.making };
  };

  it('are masked, and hide none of a group above', async (test) => {
    const { destination, making, gitlab } = await made(test, 'gitlab', PLAIN);
    await making.make();
    const [variable] = gitlab.owners.get(OWNER)?.filter(({ key }) => /SECRET/.test(key)) ?? [];
    assert.deepEqual([variable?.masked, variable?.value], [true, 'placeholder']);
    const again = await made(test, 'gitlab', PLAIN);
    again.gitlab.put('groups acme', { key: 'AWS_ACCESS_KEY_ID', value: 'theirs' });
    const error = await refusal(() => again.destination.prepare?.());
    assert.match(error.message, /does not exist, and would hide the one of the group acme/);
    assert.match(error.hint ?? '', /^ {2}--deliver 'gitlab-group=acme\?address=\S+'$/m);
    assert.ok(destination.making !== undefined);
  });

  it('beside one with another scope are made only where the operator names the scope', async (test) => {
    const theirs = { key: 'AWS_ACCESS_KEY_ID', value: 'x', environment_scope: 'review/*' };
    const unnamed = await made(test, 'gitlab', PLAIN);
    unnamed.gitlab.put(OWNER, theirs);
    const error = await refusal(() => unnamed.destination.prepare?.());
    assert.match(error.message, /it is there with another scope/);
    const named = await made(test, 'gitlab', { ...PLAIN, place: 'acme/app@production' });
    named.gitlab.put(OWNER, theirs);
    await named.making.make();
    await named.destination.prepare?.();
    assert.equal(named.gitlab.value(OWNER, 'AWS_ACCESS_KEY_ID', 'production'), 'placeholder');
  });

  it('for every environment, where the licence knows no scopes of groups, are taken away again', async (test) => {
    const subject = { ...PLAIN, place: 'acme@production', owner: 'groups acme' };
    const { making, gitlab } = await made(test, 'gitlab-group', subject);
    gitlab.fault = (request, next) => {
      if (request.method === 'POST') delete request.body.environment_scope;
      return next();
    };
    const error = await refusal(() => making.make());
    assert.match(error.message, /for every environment, and not for production/);
    assert.equal(gitlab.value('groups acme', 'AWS_SECRET_ACCESS_KEY', '*'), undefined);
  });
});
