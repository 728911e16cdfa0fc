import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readDelivery } from '../../app/read-delivery.ts';
import { KeyturnError } from '../../base/errors.ts';
import { jointTarget, kindNamed, termsAt, thingsAt } from '../kinds.ts';
import { SAMPLE_FACTS } from '../place.ts';

const FACTS = { ...SAMPLE_FACTS, user: 'ada' };

/** What the operator writes, the place that it makes, and everything that is written there. */
const PLACES = [
  [
    'github=acme/{user}',
    'acme/ada',
    ['acme/ada#AWS_ACCESS_KEY_ID', 'acme/ada#AWS_SECRET_ACCESS_KEY'],
  ],
  ['github=Acme/{user}:prod/eu 1', 'Acme/ada:prod/eu 1', undefined],
  ['github=acme/{user}:a%23b%3F 100%25%20ü', 'acme/ada:a%23b%3F 100%25 ü', undefined],
  ['github=acme/app:%7Buser%7D-{user}', 'acme/app:%7Buser%7D-ada', undefined],
  [
    'gitlab=a.b/.config/{user}@prod %7B*%7D#A,B',
    'a.b/.config/ada@prod %7B*%7D#A,B',
    ['a.b/.config/ada@prod %7B*%7D#A', 'a.b/.config/ada@prod %7B*%7D#B'],
  ],
  ['circleci-context=gh/acme/{user} deploy', 'gh/acme/ada deploy', undefined],
  [
    'circleci-context=gh/acme/a%2Fb%23c%3F {user}#K',
    'gh/acme/a/b%23c%3F ada#K',
    ['gh/acme/a/b%23c%3F ada#K'],
  ],
  [
    'github=acme/app#{user}_id,{user}_key',
    'acme/app#ADA_ID,ADA_KEY',
    ['acme/app#ADA_ID', 'acme/app#ADA_KEY'],
  ],
  ['github=acme/{user}#vars.id,KEY', 'acme/ada#vars.ID,KEY', ['acme/ada#vars.ID', 'acme/ada#KEY']],
  ['github=acme/{user}#pair', 'acme/ada#PAIR', ['acme/ada#PAIR']],
  [
    `github=acme/{user}?token=\${file:/run/ada token}&address=https://ghes.example.com/api/v3`,
    `acme/ada?address=https://ghes.example.com/api/v3&token=\${file:/run/ada token}`,
    undefined,
  ],
  ['github-org={user}-corp', 'ada-corp', undefined],
  ['github-org=acme#{user}_ID,{user}_KEY', 'acme#ADA_ID,ADA_KEY', ['acme#ADA_ID', 'acme#ADA_KEY']],
  ['github-dependabot=acme/{user}', 'acme/ada', undefined],
  ['github-codespaces-org=acme#{user}', 'acme#ADA', ['acme#ADA']],
] as const;

const NO_PLACES = [
  'github={user}',
  'github=acme/{user}?token=in-clear',
  'github=acme/{user}?scope=x',
  'github=acme/{user}/more',
  'github=-acme/{user}',
  'github=acme/..#{user}',
  'github=acme/{user}:',
  'github=acme/{user}:100%',
  'github=acme/{user}:a%0Ab',
  'gitlab=acme/../{user}',
  'gitlab=acme/{user}.git',
  'gitlab=acme/{user}@%23',
  'circleci-context=gh/acme/%20{user}',
  'github=acme/{user}#GITHUB_ID,KEY',
  'github=acme/{user}#1ID,KEY',
  'github=acme/{user}#KEY,key',
  'github=acme/{user}#A,B,C',
  'github=acme/{user}#vars.ID',
  'github=acme/{user}#id=ID,secret=KEY',
  'github-org=acme/{user}',
  'github-dependabot=acme/{user}:production',
  'github-dependabot=acme/{user}#vars.ID,KEY',
];

describe('secrets of GitHub as places', () => {
  for (const [text, place, things] of PLACES) {
    it(`${text} is ${place}`, () => {
      const { kind: name, template } = readDelivery(text, undefined, '--deliver');
      const kind = kindNamed(name);
      assert.equal(kind?.placeFor(template, FACTS), place);
      assert.equal(kind?.placeFor(place, FACTS), place);
      const asked = kind?.askedAs?.({ kind: name, place }, 'ada')?.template ?? '';
      assert.equal(kind?.placeFor(asked, FACTS), place);
      if (things !== undefined) {
        const told = thingsAt({ kind: name, place });
        assert.deepEqual(
          told,
          things.map((thing) => `${name} ${thing}`),
        );
      }
    });
  }

  for (const text of NO_PLACES) {
    it(`${text} is bad input`, () => {
      assert.throws(
        () => readDelivery(text, undefined, '--deliver'),
        (thrown) => thrown instanceof KeyturnError && thrown.code === 'bad-value',
      );
    });
  }

  it('{user} where it makes no place of a user is no place for all of them', () => {
    for (const text of [
      `github=acme/app?token=\${file:/run/{user}}`,
      `gitlab=acme/app?token=\${env:T_{user}}`,
      'vault=secret/shared#id={user}.id,secret={user}.secret',
      'kubernetes=apps/aws-key?restart=deployment/{user}',
    ]) {
      const read = () => readDelivery(text, undefined, '--deliver');
      assert.throws(read, { code: 'bad-value', message: /keys of all users into one place/ }, text);
      assert.ok(readDelivery(text.replaceAll('{user}', 'ada'), 'ada', '--deliver'));
    }
    assert.ok(readDelivery('kubernetes=apps/shared#{user}_ID,{user}_KEY', undefined, '--deliver'));
  });

  it('an address is quoted nowhere when a password stands in it', () => {
    for (const kind of ['github=acme/{user}', 'gitlab=acme/{user}', 'circleci=gh/acme/{user}']) {
      const read = () =>
        readDelivery(`${kind}?address=https://ann:hidden@h.example.com`, undefined, '--deliver');
      assert.throws(read, {
        code: 'bad-value',
        message: /^(?!.*hidden).*without a user, a password/,
      });
    }
  });

  it('what stands behind ? is quoted nowhere, whatever the kind', () => {
    for (const kind of [
      'kubernetes=apps/{user}',
      'secrets-manager={user}',
      'ssm=/{user}',
      'x={user}',
    ]) {
      const read = () => readDelivery(`${kind}?token=hidden`, undefined, '--deliver');
      assert.throws(read, { code: 'bad-value', message: /^(?!.*hidden)/ });
    }
  });

  it('a user whose name cannot be in the name of a secret is refused, and never renamed', () => {
    const facts = { ...FACTS, user: 'ada.l' };
    const place = () => kindNamed('github')?.placeFor('acme/app#{user}_ID,{user}_KEY', facts);
    assert.throws(place, { code: 'not-deliverable' });
  });

  it('capitals and small letters make no two places, except in an environment', () => {
    const joint = (own: string, begun: string) =>
      jointTarget({ kind: 'github', place: own }, { kind: 'github', place: begun })?.place;
    assert.equal(joint('acme/app', 'Acme/App'), 'acme/app');
    const signed = `acme/app?token=\${env:OTHER}`;
    assert.equal(joint(signed, 'acme/app'), signed);
    const elsewhere = 'acme/app?address=https://ghes.example.com/api/v3';
    assert.equal(joint('acme/app', elsewhere), undefined);
    assert.equal(joint('acme/app:prod', 'acme/app:Prod'), undefined);
    assert.equal(joint('acme/app#A,B', 'acme/app'), undefined);
  });
});

describe('when readers of a store of GitHub have a new value', () => {
  const cases = [
    ['github', 'acme/app', 'when-queued'],
    ['github', 'acme/app:production', 'next-start'],
    ['github-org', 'acme', 'when-queued'],
    ['github-dependabot', 'acme/app', 'when-queued'],
    ['github-dependabot-org', 'acme', 'when-queued'],
    ['github-codespaces', 'acme/app', 'next-start'],
    ['github-codespaces-org', 'acme', 'next-start'],
  ] as const;
  for (const [kind, place, settle] of cases) {
    it(`${kind}=${place}: ${settle}`, () => {
      assert.deepEqual(termsAt({ kind, place }), { settle, proof: 'timestamp' });
    });
  }
});
