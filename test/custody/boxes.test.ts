// What hides a secret, held to what it promises: it opens for its key alone, and what it throws has no secret.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { KeyturnError } from '../../src/base/errors.ts';
import { command } from '../../src/base/hint.ts';
import { Secret } from '../../src/base/secret.ts';
import { ageBox } from '../../src/custody/age-box.ts';
import { BOX_KINDS, type Box, type BoxKind, type Sealed } from '../../src/custody/box.ts';
import { Boxes } from '../../src/custody/boxes.ts';
import { keptTextsBox } from '../../src/custody/kept-texts.ts';
import { fieldsOf, sealedIn } from '../../src/custody/sealed-fields.ts';
import { readCustody } from '../../src/custody/wish.ts';
import { boxesOf, IDENTITY, RECIPIENT } from '../state/boxes.ts';
import { newKeptTexts } from '../state/kept-texts.ts';
import { issued, SECRET } from '../state/subject.ts';
import { NEW_KEY, OLD_KEY } from '../state/support.ts';

const ABOUT = issued();
const SECRETS_SHOWN = /wJalr|AGE-SECRET-KEY-1[0-9A-Z]/;

const opened = (box: Box, about: typeof ABOUT, sealed: Sealed) =>
  new Boxes(box).open(about, sealed);

async function failureOf(work: () => Promise<unknown>): Promise<KeyturnError> {
  const thrown = await work().then(
    () => assert.fail('it was opened'),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof KeyturnError, inspect(thrown));
  assert.doesNotMatch(inspect(thrown, { depth: 9 }), SECRETS_SHOWN);
  return thrown;
}

/** The same bytes, one of them changed. */
function tampered(sealed: Sealed): Sealed {
  if (sealed.by === 'secrets-manager') return sealed;
  const ct = Uint8Array.from(sealed.ct);
  ct[ct.length - 20] = (ct.at(-20) ?? 0) ^ 1;
  return { ...sealed, ct };
}

for (const kind of BOX_KINDS) {
  describe(`secrets in ${kind}`, () => {
    const box = boxesOf(kind, 'keyturn-custody').box(() => undefined);

    it('open for their key, and are hidden where they are kept', async () => {
      await box.prove();
      await box.prepare(ABOUT);
      const sealed = await box.seal(ABOUT, ABOUT.secret);
      assert.doesNotMatch(
        JSON.stringify(sealed, (_, each) => textOf(each)),
        SECRETS_SHOWN,
      );
      assert.equal((await opened(box, ABOUT, sealed))?.reveal(), SECRET);
    });

    it('I8: open for no other key, user, rotation or account', async () => {
      const sealed = await box.seal(ABOUT, ABOUT.secret);
      const others = [
        { ...ABOUT, keyId: OLD_KEY },
        { ...ABOUT, user: 'mallory' },
        { ...ABOUT, rotation: 'r2' },
        { ...ABOUT, account: '999999999999' },
      ];
      for (const other of others) await failureOf(() => opened(box, other, sealed));
    });

    it('are refused when somebody changed them', async () => {
      const sealed = tampered(await box.seal(ABOUT, ABOUT.secret));
      if (kind === 'secrets-manager') return;
      const error = await failureOf(() => opened(box, ABOUT, sealed));
      assert.equal(error.code, 'state-dir');
    });

    it('are the same in an item and in a file', async () => {
      const sealed = await box.seal(ABOUT, ABOUT.secret);
      assert.deepEqual(sealedIn(fieldsOf(sealed)), sealed);
      assert.equal(sealedIn({ by: 'somebody' }), undefined);
    });
  });
}

function textOf(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value;
}

describe('age', () => {
  const place = 'keyturn-custody';
  const goesOnBy = 'keyturn recover --state dynamodb:keyturn';
  const ageOf = (more: Partial<Parameters<typeof ageBox>[0]>) =>
    ageBox({ ...{ recipients: [RECIPIENT], identity: undefined, place, goesOnBy }, ...more });

  it('a run without an identity seals, knows what it sealed itself, and waits after a death', async () => {
    const box = ageOf({});
    await box.prove();
    const sealed = await box.seal(ABOUT, ABOUT.secret);
    const living = new Boxes(box);
    living.learn(ABOUT, sealed, ABOUT.secret);
    assert.equal((await living.open(ABOUT, sealed)).reveal(), SECRET);
    const error = await failureOf(() => opened(ageOf({}), ABOUT, sealed));
    assert.equal(error.code, 'secret-sealed');
    assert.match(
      error.hint ?? '',
      /keyturn recover --state dynamodb:keyturn --custody-identity '\$\{file:/,
    );
    const back = await opened(ageOf({ identity: async () => IDENTITY }), ABOUT, sealed);
    assert.equal(back.reveal(), SECRET);
  });

  it('a wrong identity opens nothing, and is refused before a key is made', async () => {
    const stranger = new Secret(await generateIdentity());
    const sealed = await ageOf({}).seal(ABOUT, ABOUT.secret);
    const box = ageOf({ identity: async () => stranger });
    assert.equal((await failureOf(() => opened(box, ABOUT, sealed))).code, 'secret-sealed');
    assert.equal((await failureOf(() => box.prove())).code, 'bad-value');
  });

  it('each of several recipients opens it, and a file of several identities is tried whole', async () => {
    const other = await generateIdentity();
    const recipients = [RECIPIENT, await identityToRecipient(other)];
    const sealed = await ageOf({ recipients }).seal(ABOUT, ABOUT.secret);
    const both = new Secret(`# two\n\n${await generateIdentity()}\n${other}\n`);
    for (const identity of [IDENTITY, new Secret(other), both]) {
      const back = await opened(ageOf({ identity: async () => identity }), ABOUT, sealed);
      assert.equal(back.reveal(), SECRET);
    }
  });

  it('what is no recipient or no identity is told without being shown', async () => {
    const bad = await failureOf(() =>
      ageOf({ recipients: ['age1qqqqqqqqqqqqqqqqqqqqqqqqq'] }).prove(),
    );
    assert.equal(bad.code, 'bad-value');
    const sealed = await ageOf({}).seal(ABOUT, ABOUT.secret);
    for (const text of ['', 'AGE-SECRET-KEY-1NOTHING', `${IDENTITY.reveal()}AGE-SECRET-KEY-1X`]) {
      const box = ageOf({ identity: async () => new Secret(text) });
      assert.equal((await failureOf(() => opened(box, ABOUT, sealed))).code, 'bad-value');
    }
  });

  it('what is sealed for one table is opened in no other', async () => {
    const sealed = await ageOf({}).seal(ABOUT, ABOUT.secret);
    const elsewhere = ageOf({ identity: async () => IDENTITY, place: 'other-custody' });
    assert.equal((await failureOf(() => opened(elsewhere, ABOUT, sealed))).code, 'state-dir');
  });
});

describe('Secrets Manager', () => {
  const open = () => {
    const texts = newKeptTexts();
    const how = { tags: {} };
    const forget = (keyId: string) => command('keyturn', 'state', 'secret', keyId, '--forget');
    const parts = { prefix: 'keyturn/custody', region: 'us-east-1', how, forget };
    return { texts, box: keptTextsBox({ ...parts, texts: async () => texts }) };
  };

  it('one secret a key, found by its name before the store knows of it, deleted for good', async () => {
    const { texts, box } = open();
    const sealed = await box.seal(ABOUT, ABOUT.secret);
    const [name] = texts.all.keys();
    assert.equal(name, `keyturn/custody/${ABOUT.account}/${NEW_KEY}`);
    const found = await box.elsewhere?.find(ABOUT.account, NEW_KEY);
    assert.equal(found?.key.secret.reveal(), SECRET);
    assert.deepEqual([found?.key.user, found?.key.rotation], [ABOUT.user, ABOUT.rotation]);
    assert.equal(await box.elsewhere?.find(ABOUT.account, OLD_KEY), undefined);
    await new Boxes(box).drop(sealed.by === 'secrets-manager' ? sealed.ref : '');
    assert.equal(texts.all.size, 0);
  });

  it('a text that is gone, or somebody else’s, is told, and never taken for one', async () => {
    const { texts, box } = open();
    const sealed = await box.seal(ABOUT, ABOUT.secret);
    const [name = ''] = texts.all.keys();
    for (const text of ['{}', 'no JSON wJalr', '']) {
      texts.all.set(name, { text: new Secret(text), version: 'x' });
      const error = await failureOf(() => opened(box, ABOUT, sealed));
      assert.equal(error.code, 'state-dir');
      await failureOf(async () => box.elsewhere?.find(ABOUT.account, NEW_KEY));
    }
    texts.all.clear();
    const gone = await failureOf(() => opened(box, ABOUT, sealed));
    assert.equal(gone.code, 'secret-missing');
    assert.match(gone.hint ?? '', new RegExp(`keyturn state secret ${NEW_KEY} --forget`));
  });

  it('proves before a key is made that it may make, read and delete one, once a process', async () => {
    const { texts, box } = open();
    await box.prepare(ABOUT);
    assert.equal(texts.all.size, 0);
    const denied = keptTextsBox({
      ...{ prefix: 'keyturn', region: 'us-east-1', how: { tags: {} } },
      texts: async () => ({
        ...texts,
        create: async () => {
          throw new KeyturnError(
            'access-denied',
            'not allowed to call secretsmanager:CreateSecret',
          );
        },
      }),
    });
    const error = await failureOf(() => denied.prepare(ABOUT));
    assert.match(error.message, /secretsmanager:CreateSecret/);
  });
});

const TEXTS: readonly [text: string, kind: BoxKind | 'plain' | undefined][] = [
  ['plain', 'plain'],
  ['kms', 'kms'],
  [`age:${RECIPIENT}`, 'age'],
  [`age:${RECIPIENT},${RECIPIENT}`, 'age'],
  ['secrets-manager=keyturn/custody', 'secrets-manager'],
  ['age:', undefined],
  ['age:AGE-SECRET-KEY-1', undefined],
  ['age:age1short', undefined],
  ['secrets-manager', undefined],
  ['secrets-manager=', undefined],
  ['secrets-manager=/keyturn', undefined],
  ['secrets-manager=keyturn/', undefined],
  ['secrets-manager=key turn', undefined],
  ['vault', undefined],
];

for (const [text, kind] of TEXTS) {
  it(`--custody ${text.slice(0, 30)} is ${kind ?? 'none'}`, () => {
    assert.equal(readCustody(text)?.kind, kind);
  });
}
