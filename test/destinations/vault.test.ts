// What happens to a delivery at a real server: OpenBao, with its own policies, namespaces, tokens and
// writers beside us.

import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { KeyturnError } from '../../src/base/errors.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import type { Opening } from '../../src/destinations/kind.ts';
import { openDestination } from '../../src/destinations/kinds.ts';
import { scriptedServer } from '../http/scripted-server.ts';
import { type BaoServer, ROOT, startBao } from '../openbao/bao-server.ts';
import { NEW, OLD } from './contract.ts';
import { testOpening } from './opening.ts';

const FIELDS = '#id=aws_id,secret=aws_secret';

let bao: BaoServer;
let places = 0;

describe('a secret of OpenBao', () => {
  before(async () => {
    bao = await startBao();
  });
  after(async () => await bao.close());

  /** A path of its own, with the old pair and two other fields. */
  async function placed(mount = 'secret', namespace?: string): Promise<string> {
    places += 1;
    const path = `app/user-${places}`;
    await put(`${mount}/data/${path}`, {}, namespace);
    return `${mount}/${path}`;
  }

  async function put(data: string, more = {}, namespace?: string): Promise<void> {
    const pair = { aws_id: OLD.keyId, aws_secret: OLD.secret.reveal() };
    const body = { data: { ...pair, host: 'db', port: 5432, ...more } };
    await bao.must('POST', data, { body, ...(namespace && { namespace }) });
  }

  const dataPath = (path: string): string => path.replace('/', '/data/');

  async function fieldsAt(path: string): Promise<Record<string, unknown>> {
    return (await bao.must('GET', dataPath(path))).data.data;
  }

  async function destinationAt(
    test: TestContext,
    place: string,
    env: Record<string, string> = {},
    more: Partial<Opening> = {},
  ): Promise<Destination> {
    const all = { VAULT_ADDR: bao.url, VAULT_TOKEN: ROOT, ...env };
    const { opening } = await testOpening(test, all);
    const opened = await openDestination({ kind: 'vault', place }, { ...opening, ...more });
    assert(opened !== undefined);
    return opened;
  }

  async function refusal(work: Promise<unknown> | undefined): Promise<KeyturnError> {
    const thrown = await work?.then(
      () => undefined,
      (error: unknown) => error,
    );
    assert(thrown instanceof KeyturnError, inspect(thrown));
    const shown = `${inspect(thrown, { depth: 9 })} ${thrown.hint}`;
    for (const { secret } of [OLD, NEW]) assert.equal(shown.includes(secret.reveal()), false);
    assert.equal(shown.includes(ROOT), false);
    return thrown;
  }

  const rule = (path: string, ...capabilities: string[]): string =>
    `path "${path}" { capabilities = ${JSON.stringify(capabilities)} }`;

  it('is written with the least of rights, and nothing else of it changes', async (test) => {
    const path = await placed();
    await bao.must('POST', path.replace('/', '/metadata/'), {
      body: { custom_metadata: { owner: 'ops' }, cas_required: true },
    });
    const token = await bao.tokenWith(rule(dataPath(path), 'read', 'patch'));
    const at = await destinationAt(test, path + FIELDS, { VAULT_TOKEN: token });
    await at.prepare?.();
    const receipt = await at.deliver(NEW);
    assert.equal(receipt.version, '2');
    assert.deepEqual(await fieldsAt(path), {
      aws_id: NEW.keyId,
      aws_secret: NEW.secret.reveal(),
      host: 'db',
      port: 5432,
    });
    const about = (await bao.must('GET', path.replace('/', '/metadata/'))).data;
    assert.deepEqual([about.custom_metadata, about.cas_required], [{ owner: 'ops' }, true]);
    assert.equal((await at.holds(NEW.keyId, receipt))?.version, '2');
    assert.equal(at.place, `${path}${FIELDS}?address=${bao.url}`);
  });

  it('is written as a whole where the policy allows update and no patch', async (test) => {
    const path = await placed();
    const token = await bao.tokenWith(rule(dataPath(path), 'read', 'update'));
    const at = await destinationAt(test, path + FIELDS, { VAULT_TOKEN: token });
    await at.prepare?.();
    assert.equal((await at.deliver(NEW)).version, '2');
    assert.deepEqual([(await fieldsAt(path)).host, (await fieldsAt(path)).port], ['db', 5432]);
  });

  it('is refused beforehand where the token may read and not write', async (test) => {
    const path = await placed();
    const token = await bao.tokenWith(rule(dataPath(path), 'read'));
    const at = await destinationAt(test, path + FIELDS, { VAULT_TOKEN: token });
    const error = await refusal(at.prepare?.());
    assert.equal(error.code, 'not-deliverable');
    assert.match(
      error.message,
      /^the token for Vault may not write .*: its policies allow read there$/,
    );
    assert(error.hint?.includes(`path "${dataPath(path)}" { capabilities = ["read", "patch"] }`));
  });

  it('is refused where the token may not read, naming the policy that is missing', async (test) => {
    const path = await placed();
    const token = await bao.tokenWith(rule(dataPath(path), 'patch'));
    const at = await destinationAt(test, path + FIELDS, { VAULT_TOKEN: token });
    const error = await refusal(at.prepare?.());
    assert.match(error.message, /refuses GET v1\/secret\/data\/app\/user-\d+: HTTP 403/);
    assert(error.hint?.includes(`path "${dataPath(path)}" { capabilities = ["read"] }`));
    const blind = await bao.tokenWith(rule('secret/data/elsewhere-only', 'read'));
    const there = await destinationAt(test, `cubbyhole-of-none/x${FIELDS}`, { VAULT_TOKEN: blind });
    assert.equal((await refusal(there.prepare?.())).code, 'not-deliverable');
  });

  it('tells a token that has ended from one that lacks a policy', async (test) => {
    const path = await placed();
    const token = await bao.tokenWith(rule(dataPath(path), 'read', 'patch'));
    await bao.must('POST', 'auth/token/revoke', { body: { token } });
    for (const dead of [token, 'no-such-token']) {
      const at = await destinationAt(test, path + FIELDS, { VAULT_TOKEN: dead });
      const error = await refusal(at.prepare?.());
      assert.equal(error.message, 'Vault does not take the token');
      assert.match(error.hint ?? '', /^it has expired, was revoked/);
    }
  });

  it('keeps the change that somebody else made between our read and our write', async (test) => {
    const path = await placed();
    let calls = 0;
    const whoseKey: Opening['whoseKey'] = async () => {
      calls += 1;
      return { kind: 'nobody' };
    };
    // Whose key is there is asked between the two.
    await put(dataPath(path), { aws_id: 'AKIAIOSFODNN7EXAMPL2' });
    const meddling: Opening['whoseKey'] = async (keyId) => {
      if (calls < 2)
        await bao.must('PATCH', dataPath(path), { body: { data: { host: `db${calls}` } } });
      return await whoseKey(keyId);
    };
    const at = await destinationAt(test, path + FIELDS, {}, { whoseKey: meddling });
    await at.deliver(NEW);
    const fields = await fieldsAt(path);
    assert.deepEqual([fields.aws_id, fields.host], [NEW.keyId, 'db1']);
  });

  it('gives up where somebody writes all the time', async (test) => {
    const path = await placed();
    await put(dataPath(path), { aws_id: 'AKIAIOSFODNN7EXAMPL2' });
    const whoseKey: Opening['whoseKey'] = async () => {
      await bao.must('PATCH', dataPath(path), { body: { data: { host: 'other' } } });
      return { kind: 'nobody' };
    };
    const at = await destinationAt(test, path + FIELDS, {}, { whoseKey });
    const error = await refusal(at.deliver(NEW));
    assert.match(error.message, /changes all the time; somebody writes to it$/);
    assert.equal((await fieldsAt(path)).aws_id, 'AKIAIOSFODNN7EXAMPL2');
  });

  it('is not brought back from the dead', async (test) => {
    const [deleted, destroyed] = [await placed(), await placed()];
    await bao.must('DELETE', dataPath(deleted));
    await bao.must('PUT', destroyed.replace('/', '/destroy/'), { body: { versions: [1] } });
    const gone = await refusal((await destinationAt(test, deleted + FIELDS)).prepare?.());
    assert.match(gone.message, /is deleted: its last version, 1, is marked as deleted/);
    assert(gone.hint?.includes(`vault kv undelete -versions=1 ${deleted}`));
    const lost = await refusal((await destinationAt(test, destroyed + FIELDS)).deliver(NEW));
    assert.match(lost.message, /its last version, 1, is destroyed/);
    const at = await destinationAt(test, deleted + FIELDS);
    assert.deepEqual(await at.textsRead?.(), []);
    assert.equal(await at.holds(OLD.keyId, { kind: 'vault', reference: '' }), undefined);
  });

  it('is made where the operator asks for it, and nowhere else', async (test) => {
    places += 1;
    const place = `secret/app/fresh-${places}`;
    const error = await refusal((await destinationAt(test, place)).prepare?.());
    assert.match(error.message, /does not exist$/);
    const newPlaces = { tags: {} };
    const at = await destinationAt(test, place, {}, { newPlaces });
    await at.prepare?.();
    assert.deepEqual(await at.making?.missing(), [place]);
    await at.making?.make();
    await at.making?.make();
    assert.deepEqual(await at.making?.missing(), []);
    await at.deliver(NEW);
    assert.deepEqual(await fieldsAt(place), {
      AccessKeyId: NEW.keyId,
      SecretAccessKey: NEW.secret.reveal(),
    });
  });

  it('goes back to the old pair and keeps what others changed since', async (test) => {
    const path = await placed();
    const at = await destinationAt(test, path + FIELDS);
    await at.deliver(NEW);
    await bao.must('PATCH', dataPath(path), { body: { data: { host: 'new-host' } } });
    const undo = { toKeyId: OLD.keyId, fromKeyId: NEW.keyId };
    assert.equal((await at.wayBack?.secretOf(OLD.keyId))?.reveal(), OLD.secret.reveal());
    assert.equal(await at.wayBack?.canPutBack(undo), true);
    assert.equal(await at.wayBack?.putBack(undo), true);
    const fields = await fieldsAt(path);
    assert.deepEqual(
      [fields.aws_id, fields.aws_secret, fields.host],
      [OLD.keyId, OLD.secret.reveal(), 'new-host'],
    );
  });

  it('is found in mounts with slashes, with names that are no plain words, and in namespaces', async (test) => {
    await bao.mount('teams/blue/kv');
    const odd = 'teams/blue/kv/a b/ü%252F+x%23y%3F%7Bz%7D';
    const last = encodeURIComponent('ü%2F+x#y?{z}');
    const data = `teams/blue/kv/data/${encodeURIComponent('a b')}/${last}`;
    await put(data);
    await (await destinationAt(test, `${odd}${FIELDS}`)).deliver(NEW);
    assert.equal((await bao.must('GET', data)).data.data.aws_id, NEW.keyId);
    await bao.must('POST', 'sys/namespaces/ns1');
    await bao.mount('secret', 2, 'ns1');
    const path = await placed('secret', 'ns1');
    const inside = await destinationAt(test, path + FIELDS, { VAULT_NAMESPACE: 'ns1/' });
    assert.equal(inside.place, `${path}${FIELDS}?address=${bao.url}&namespace=ns1`);
    await inside.deliver(NEW);
    const elsewhere = await destinationAt(test, inside.place, { VAULT_ADDR: 'http://127.0.0.1:1' });
    assert.match(
      (await refusal(elsewhere.prepare?.())).message,
      /^VAULT_TOKEN is for the Vault that VAULT_ADDR names, http:\/\/127\.0\.0\.1:1, and the place is at/,
    );
    const again = await destinationAt(test, inside.place, { VAULT_ADDR: '' });
    assert.equal((await again.holds(NEW.keyId, { kind: 'vault', reference: '' }))?.version, '2');
    const { url } = await scriptedServer(test, [{ body: null }]);
    const none = await destinationAt(test, path, { VAULT_ADDR: url });
    assert.match((await refusal(none.prepare?.())).message, /^what answers at .* is not Vault/);
    const nowhere = await destinationAt(test, `${path}?namespace=none`);
    const error = await refusal(nowhere.prepare?.());
    assert.match(error.message, /HTTP 404, namespace not found$/);
  });

  it('is made by nobody in an engine of version 1, which keeps every digit of the others', async (test) => {
    await bao.mount('flat/one', 1);
    const newPlaces = { tags: {} };
    const error = await refusal(
      (await destinationAt(test, 'flat/one/x', {}, { newPlaces })).making?.make(),
    );
    assert.match(error.message, /a KV engine of version 1 takes no empty secret$/);
    const digits = '{"aws_id":"","aws_secret":"","n":12345678901234567890,"m":1.0}';
    await fetch(`${bao.url}/v1/flat/one/y`, {
      method: 'POST',
      headers: { 'x-vault-token': ROOT },
      body: digits,
    });
    await (await destinationAt(test, `flat/one/y${FIELDS}`)).deliver(NEW);
    const answer = await fetch(`${bao.url}/v1/flat/one/y`, { headers: { 'x-vault-token': ROOT } });
    assert.match(await answer.text(), /"m":1\.0,"n":12345678901234567890/);
    const token = await bao.tokenWith(rule('flat/one/y', 'read'));
    const readOnly = await destinationAt(test, `flat/one/y${FIELDS}`, { VAULT_TOKEN: token });
    assert.match((await refusal(readOnly.prepare?.())).hint ?? '', /\["read", "update"\]/);
  });

  it('is in a KV engine, and not in another', async (test) => {
    await bao.must('POST', 'sys/mounts/cipher', { body: { type: 'transit' } });
    const error = await refusal((await destinationAt(test, 'cipher/x')).prepare?.());
    assert.match(error.message, /is in an engine of the type "transit"/);
    await bao.mount('flat/kv');
    const mount = await refusal((await destinationAt(test, 'flat/kv')).prepare?.());
    assert.match(mount.message, /is the mount of a KV engine, and no secret in it$/);
  });

  it('is left to external-secrets where that keeps it', async (test) => {
    const path = await placed();
    const body = { custom_metadata: { 'managed-by': 'external-secrets' } };
    await bao.must('POST', path.replace('/', '/metadata/'), { body });
    const error = await refusal((await destinationAt(test, path + FIELDS)).prepare?.());
    assert.match(error.message, /is kept by external-secrets, which would write its own value/);
  });

  it('signs in with an AppRole once, and anew when its token ends', async (test) => {
    const path = await placed();
    await bao.call('POST', 'sys/auth/approle', { body: { type: 'approle' } });
    await bao.tokenWith(rule(dataPath(path), 'read', 'patch'));
    await bao.must('PUT', 'sys/policies/acl/app', {
      body: { policy: rule(dataPath(path), 'read', 'patch') },
    });
    const role = { token_policies: ['app'], secret_id_num_uses: 2 };
    await bao.must('POST', 'auth/approle/role/rotator', { body: role });
    const roleId = (await bao.must('GET', 'auth/approle/role/rotator/role-id')).data.role_id;
    const made = await bao.must('POST', 'auth/approle/role/rotator/secret-id');
    const { secret_id: secretId, secret_id_accessor: accessor } = made.data;
    const env = { VAULT_TOKEN: '', VAULT_ROLE_ID: roleId, VAULT_SECRET_ID: secretId };
    const at = await destinationAt(test, path + FIELDS, env);
    await at.prepare?.();
    await at.deliver(NEW);
    const left = await bao.must('POST', 'auth/approle/role/rotator/secret-id-accessor/lookup', {
      body: { secret_id_accessor: accessor },
    });
    assert.equal(left.data.secret_id_num_uses, 1);
    const accessors = await bao.must('LIST', 'auth/token/accessors');
    for (const each of accessors.data.keys) {
      const { data } = await bao.must('POST', 'auth/token/lookup-accessor', {
        body: { accessor: each },
      });
      if (data.path === 'auth/approle/login') {
        await bao.must('POST', 'auth/token/revoke-accessor', { body: { accessor: each } });
      }
    }
    assert((await at.holds(NEW.keyId, { kind: 'vault', reference: '' })) !== undefined);
    const third = await destinationAt(test, path + FIELDS, env);
    const error = await refusal(third.prepare?.());
    assert.match(error.message, /refuses POST v1\/auth\/approle\/login: HTTP 400, invalid/);
    assert.match(error.hint ?? '', /^Vault does not let the caller in by v1\/auth\/approle\/login/);
  });

  it('says what is missing where nothing says how to reach it or to sign in', async (test) => {
    const none = await refusal(
      (
        await destinationAt(test, 'secret/x', { VAULT_TOKEN: '', HOME: '/nonexistent' })
      ).prepare?.(),
    );
    assert.equal(none.message, 'nothing says how to sign in to Vault');
    const nowhere = await refusal(
      (await destinationAt(test, 'secret/x', { VAULT_ADDR: '' })).prepare?.(),
    );
    assert.equal(nowhere.message, 'no Vault is named: VAULT_ADDR is not set');
    const withPassword = { VAULT_ADDR: `https://me:${ROOT}@vault.invalid` };
    const shown = await destinationAt(test, 'secret/x', withPassword);
    assert.equal(shown.place, 'secret/x');
    const inAddress = await refusal(shown.prepare?.());
    assert.equal(inAddress.message, 'VAULT_ADDR has a user or a password in its URL');
    const blind = await refusal(
      (await destinationAt(test, 'secret/x', { VAULT_SKIP_VERIFY: 'true' })).prepare?.(),
    );
    assert.match(blind.message, /^VAULT_SKIP_VERIFY asks not to check who answers/);
  });

  it('waits for a server that is sealed as for one that is down', async (test) => {
    const sealed = await startBao();
    test.after(() => sealed.close());
    await sealed.must('PUT', 'sys/seal');
    const at = await destinationAt(test, 'secret/x', { VAULT_ADDR: sealed.url });
    const error = await refusal(at.prepare?.());
    assert.match(error.message, /cannot answer GET .*: HTTP 503, Vault is sealed$/);
    assert.match(error.hint ?? '', /^run again once Vault answers/);
  });
});
