// Which place an operator means, and what an operator would write for one: the two must agree, whoever the
// user is and whatever was filled in when the place was opened.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isMeantBy, kindNamed, OFFERED_KINDS, targetFor } from './kinds.ts';
import { SAMPLE_FACTS } from './place.ts';

const CLUSTER = 'cluster=api.example.com:6443';

/** What is named, and the place of the record; the user is `user`, the region us-east-1. */
const MEANT: readonly (readonly [kind: string, named: string, place: string, is: boolean])[] = [
  ['ssm', '/app/{user}', 'us-east-1:/app/user', true],
  ['ssm', '/app/{user}', 'eu-west-1:/app/user', false],
  ['ssm', '/app/{user}#region=eu-west-1', 'eu-west-1:/app/user', true],
  ['ssm', 'eu-west-1:/app/user', 'eu-west-1:/app/user', true],
  ['ssm', '/app/{user}', 'us-east-1:/app/user#id=a,secret=b', true],
  ['ssm', '/app/{user}/ID,/app/{user}/SECRET', 'us-east-1:/app/user/ID,/app/user/SECRET', true],
  ['ssm', '/app/{user}/ID', 'us-east-1:/app/user/ID,/app/user/SECRET', false],
  ['vault', 'secret/{user}', 'secret/user?address=https://v.test&namespace=n', true],
  ['vault', 'secret/{user}', 'secret/user#pair?address=https://v.test', true],
  ['vault', 'secret/{user}#other', 'secret/user#pair?address=https://v.test', false],
  ['vault', 'secret/{user}?address=https://w.test', 'secret/user?address=https://v.test', false],
  ['kubernetes', 'ns/{user}', `prod/ns/user?${CLUSTER}`, true],
  ['kubernetes', 'prod/ns/{user}', `prod/ns/user?restart=deployment/api&${CLUSTER}`, true],
  ['kubernetes', 'test/ns/{user}', `prod/ns/user?${CLUSTER}`, false],
  ['kubernetes', 'ns/{user}', `prod/ns/user#A,B?${CLUSTER}`, false],
  ['kubernetes', 'ns/{user}#A,B', `prod/ns/user#A,B?${CLUSTER}`, true],
  ['github', 'acme/{user}', 'acme/user?address=https://ghes.test/api/v3', true],
  ['github', 'Acme/{user}', 'acme/user', true],
  ['github', 'acme/{user}#PAIR', 'acme/user?address=https://ghes.test/api/v3', false],
  ['github', 'acme/{user}?address=https://a.test', 'acme/user?address=https://b.test', false],
  ['github-org', 'acme#{user}_ID,{user}_SECRET', 'acme#USER_ID,USER_SECRET', true],
  ['gitlab', 'acme/{user}@prod', 'acme/user@prod?address=https://gitlab.test', true],
  ['gitlab', 'acme/{user}', 'acme/user@prod?address=https://gitlab.test', false],
  ['circleci', 'github/acme/{user}', 'gh/acme/user?address=https://ci.test', true],
  ['dotenv', '/srv/{user}/.env', '/srv/user/.env', true],
  ['dotenv', '/srv/{user}/.env#A,B', '/srv/user/.env', false],
  ['dotenv', '/srv/{user}/.env#PAIR', '/srv/user/.env#PAIR', true],
  ['command', "'/opt/put' {user}", '/opt/put user', true],
  ['command', '/opt/put {user} more', '/opt/put user', false],
  ['credentials-file', '~/.aws/credentials', '/home/user/.aws/credentials [default]', true],
  ['unheard-of', 'a/{user}', 'a/user', true],
  ['unheard-of', 'a/{user}', 'a/other', false],
];

describe('the place that an operator means', () => {
  for (const [kind, name, place, is] of MEANT) {
    it(`${kind}=${name} is ${is ? '' : 'not '}${place}`, () => {
      assert.equal(isMeantBy({ kind, name }, { kind, place }, SAMPLE_FACTS), is);
      assert.equal(isMeantBy({ kind: 'handoff', name }, { kind, place }, SAMPLE_FACTS), false);
    });
  }
});

const USERS = ['ada', 'svc-billing', 'a.b', 'x_y', 'ci+eu', 'ada@example.com', 'a=b,c'];

/** For the examples of the kinds: beside the user another word that begins alike. */
describe('what an operator would write for a place', () => {
  for (const { name: kind, rule } of OFFERED_KINDS) {
    if (rule === undefined) continue;
    for (const user of USERS) {
      const facts = { ...SAMPLE_FACTS, user };
      let target: ReturnType<typeof targetFor>;
      try {
        target = targetFor({ kind, name: rule.example }, facts);
      } catch {
        // Not a name that the service takes.
        continue;
      }
      it(`of ${kind} leads back to it, for the user ${user}`, () => {
        const asked = kindNamed(kind)?.askedAs?.(target, user);
        assert.ok(asked, target.place);
        const named = { kind, name: asked.template };
        assert.equal(isMeantBy(named, target, facts), true, asked.template);
        assert.equal(targetFor(named, facts).place, target.place);
        // Names of GitHub are capitals, so that there the user is not known again.
        if (kind === 'github-org' || kind.endsWith('-org')) return;
        assert.ok(asked.template.includes('{user}'), asked.template);
      });
    }
  }
});
