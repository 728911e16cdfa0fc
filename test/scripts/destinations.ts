// The directives about secrets and parameters: what is there before, and what their readers get.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { Decrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { pairIn } from '../../src/destinations/key-fields.ts';
import { type AccessKey, DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { run } from '../cli/process.ts';
import { callJson } from '../sandbox/json-call.ts';
import { administrator, credentialsOf, stsOf } from '../sandbox/sdk.ts';
import { isInFile } from './files.ts';
import type { Directive } from './run-script.ts';
import type { Stage } from './stage.ts';

const REGION = 'us-east-1';

export const DESTINATIONS: readonly Directive[] = [
  {
    usage: 'secret NAME holds TEXT | holds the pair of USER/LABEL [and TEXT]',
    pattern:
      /^(secret|parameter) (\S+) holds (?:the pair of (\S+)(?: and (.+))?|(?!the |for |\{\} filled)(.+))$/,
    perform: (stage, kind, name, keyId, fields, text) =>
      store(stage, kind, name, keyId === '' ? text : pairText(stage, keyId, fields)),
  },
  {
    usage: 'secret|parameter NAME holds the pair of USER/LABEL as PATH and PATH[, and TEXT]',
    pattern:
      /^(secret|parameter) (\S+) holds the pair of (\S+) as ([\w.-]+) and ([\w.-]+)(?:, and (.+))?$/,
    perform: (stage, kind, name, keyId, idPath, secretPath, fields) => {
      const { id, secret } = keyOf(stage, keyId);
      const object = fields === '' ? {} : JSON.parse(fields);
      put(object, idPath.split('.'), id);
      put(object, secretPath.split('.'), secret);
      return store(stage, kind, name, JSON.stringify(object, null, 1));
    },
  },
  {
    usage: 'secret|parameter NAME holds the ID|secret of USER/LABEL',
    pattern: /^(secret|parameter) (\S+) holds the (ID|secret) of (\S+)$/,
    perform: (stage, kind, name, half, keyId) =>
      store(stage, kind, name, keyOf(stage, keyId)[half === 'ID' ? 'id' : 'secret']),
  },
  {
    // For texts that hold secrets, which a script cannot know: %ID%, %SECRET% and %SMTP REGION%.
    usage: 'secret|parameter NAME holds for USER/LABEL: TEXT',
    pattern: /^(secret|parameter) (\S+) holds for (\S+): (.+)$/,
    perform: (stage, kind, name, keyId, text) => {
      return store(stage, kind, name, filledFor(stage, keyId, text));
    },
  },
  {
    usage:
      'secret|parameter NAME is for USER/LABEL: TEXT (with %ID%, %SECRET%, %SMTP REGION%, %NL%)',
    pattern: /^(secret|parameter) (\S+) is for (\S+): (.+)$/,
    perform: (stage, kind, name, keyId, text) => {
      const expected = filledFor(stage, keyId, text);
      assert.equal(textAt(stage, kind, name), expected);
    },
  },
  {
    usage: 'secret|parameter NAME holds {} filled to N bytes [in the Advanced tier]',
    pattern: /^(secret|parameter) (\S+) holds \{\} filled to (\d+) bytes( in the Advanced tier)?$/,
    perform: (stage, kind, name, bytes, tier) => {
      const text = JSON.stringify({ filler: 'x'.repeat(Number(bytes) - '{"filler":""}'.length) });
      if (tier === '') return store(stage, kind, name, text);
      const value = { Name: name, Value: text, Type: 'SecureString', Tier: 'Advanced' };
      return ask(stage, 'PutParameter', value);
    },
  },
  {
    usage: 'the rotation of USER is undone: by keyturn undo',
    pattern: /^the rotation of (\S+) is undone$/,
    perform: async (stage, user) => {
      const env = { ...stage.env, KEYTURN_STATE_DIR: stage.stateDir };
      const { code, stderr } = await run('keyturn', ['undo', user], env);
      assert.equal(code, 0, stderr);
    },
  },
  {
    usage:
      'a rotation of its own begins on secret NAME | ends on secret NAME | is over on secret NAME, its stage still there',
    pattern:
      /^a rotation of its own (begins|ends|is over) on secret ([^\s,]+)(?:, its stage still there)?$/,
    perform: async (stage, what, name) => {
      const { secrets } = stage.sandbox.world.account();
      const state = secrets.get(`${REGION} ${name}`)?.states.newest;
      const pending = state?.stages.get('AWSPENDING');
      if (what === 'begins') {
        return await ask(stage, 'PutSecretValue', {
          SecretId: name,
          ClientRequestToken: token(stage),
          SecretString: '{"made": "by its own rotation"}',
          VersionStages: ['AWSPENDING'],
        });
      }
      if (what === 'is over') {
        const current = state?.stages.get('AWSCURRENT');
        const left = { VersionStage: 'AWSPENDING', MoveToVersionId: current };
        return await ask(stage, 'UpdateSecretVersionStage', { SecretId: name, ...left });
      }
      const stageOff = { VersionStage: 'AWSPENDING', RemoveFromVersionId: pending };
      await ask(stage, 'UpdateSecretVersionStage', { SecretId: name, ...stageOff });
    },
  },
  {
    usage: 'the function ARN rotates secret NAME | somebody reads secret NAME by the stage STAGE',
    pattern: /^(?:the function (\S+) rotates|somebody reads) secret (\S+)(?: by the stage (\S+))?$/,
    perform: async (stage, rotatedBy, name, ownStage) => {
      const secret = stage.sandbox.world.account().secrets.get(`${REGION} ${name}`);
      if (secret === undefined) throw new RangeError(`there is no secret ${name}`);
      if (rotatedBy !== '') return void Object.assign(secret, { rotatedBy });
      const current = secret.states.newest.stages.get('AWSCURRENT');
      const moved = { VersionStage: ownStage, MoveToVersionId: current };
      await ask(stage, 'UpdateSecretVersionStage', { SecretId: name, ...moved });
    },
  },
  {
    usage: 'secret NAME is empty | is binary | is marked for deletion | is removed for good',
    pattern: /^secret (\S+) is (empty|binary|marked for deletion|removed for good)$/,
    perform: async (stage, name, what) => {
      if (what === 'marked for deletion') return ask(stage, 'DeleteSecret', { SecretId: name });
      if (what === 'removed for good') {
        return ask(stage, 'DeleteSecret', { SecretId: name, ForceDeleteWithoutRecovery: true });
      }
      const value = what === 'binary' ? { SecretBinary: 'AAECAw==' } : {};
      await ask(stage, 'CreateSecret', { Name: name, ClientRequestToken: token(stage), ...value });
    },
  },
  {
    usage: 'parameter NAME is in the clear',
    pattern: /^parameter (\S+) is in the clear$/,
    perform: (stage, name) =>
      ask(stage, 'PutParameter', { Name: name, Type: 'String', Value: '{}' }),
  },
  {
    usage: 'readers of secrets see a write after N s',
    pattern: /^readers of secrets see a write after ([\d.]+) s$/,
    perform: (stage, seconds) => {
      stage.sandbox.settings.readLagSeconds = Number(seconds);
    },
  },
  {
    usage: 'somebody has an age identity',
    pattern: /^somebody has an age identity$/,
    perform: async (stage) => {
      const identity = await generateIdentity();
      stage.age = { identity, recipient: await identityToRecipient(identity) };
    },
  },
  {
    usage: 'the sealed hand-off of USER/LABEL opens with the identity',
    pattern: /^the sealed hand-off of (\S+) opens with the identity$/,
    perform: async (stage, keyId) => {
      const path = stage.handoffPath(keyId).replace(/json$/, 'age');
      assert.equal(statSync(path).mode & 0o777, 0o600);
      const decrypter = new Decrypter();
      decrypter.addIdentity(stage.age.identity);
      const opened = await decrypter.decrypt(readFileSync(path), 'text');
      const { access_key_id, secret_access_key, user_name } = JSON.parse(opened);
      const key = keyOf(stage, keyId);
      assert.deepEqual([access_key_id, user_name], [key.id, key.userName]);
      assert.equal(secret_access_key, key.secret);
    },
  },
  {
    usage: 'a minute passes: in the calendar of AWS',
    pattern: /^a minute passes$/,
    perform: (stage) => stage.sandbox.clock.advance(60_000),
  },
  {
    usage: 'OPERATION of USER was signed with $USER/LABEL',
    pattern: /^(\w+) of (\S+) was signed with (\S+)$/,
    perform: (stage, operation, user, keyId) => {
      const signers = stage.requests(operation, user).map(({ accessKeyId }) => accessKeyId);
      assert.deepEqual([...new Set(signers)], [keyId]);
    },
  },
  {
    usage: 'secret|parameter NAME serves USER/LABEL, and it signs',
    pattern: /^(secret|parameter) (\S+) serves (\S+)(, and it signs)?$/,
    perform: async (stage, kind, name, keyId, signs) => {
      const pair = pairIn(textAt(stage, kind, name) ?? '');
      const key = keyOf(stage, keyId);
      assert.equal(pair?.id, key.id);
      assert.equal(pair?.secret.reveal(), key.secret);
      if (signs === '') return;
      const client = stsOf(stage.sandbox, credentialsOf(key), { maxAttempts: 5 });
      const { Arn } = await client.send(new GetCallerIdentityCommand({}));
      assert.ok(Arn?.endsWith(`/${key.userName}`), `${key.id} signs as ${Arn}`);
    },
  },
  {
    usage: 'secret|parameter NAME serves USER/LABEL at PATH and PATH',
    pattern: /^(secret|parameter) (\S+) serves (\S+) at ([\w.-]+) and ([\w.-]+)$/,
    perform: (stage, kind, name, keyId, idPath, secretPath) => {
      const fields = { id: pathOf(idPath), secret: pathOf(secretPath) };
      const pair = pairIn(textAt(stage, kind, name) ?? '', fields);
      const { id, secret } = keyOf(stage, keyId);
      assert.deepEqual([pair?.id, pair?.secret.reveal()], [id, secret]);
    },
  },
  {
    usage: 'secret|parameter NAME is the ID|secret of USER/LABEL',
    pattern: /^(secret|parameter) (\S+) is the (ID|secret) of (\S+)$/,
    perform: (stage, kind, name, half, keyId) => {
      const key = keyOf(stage, keyId);
      assert.equal(textAt(stage, kind, name), half === 'ID' ? key.id : key.secret);
    },
  },
  {
    usage: 'secret|parameter NAME has TEXT | has no TEXT',
    pattern: /^(secret|parameter) (\S+) has (?:no (.+)|(.+))$/,
    perform: (stage, kind, name, absent, present) => {
      const has = textAt(stage, kind, name)?.includes(absent || present);
      assert.equal(has, absent === '', `${kind} ${name}`);
    },
  },
  {
    usage: 'secret|parameter NAME is not there',
    pattern: /^(secret|parameter) (\S+) is not there$/,
    perform: (stage, kind, name) => {
      const { secrets, parameters } = stage.sandbox.world.account();
      const things: ReadonlyMap<string, unknown> = kind === 'secret' ? secrets : parameters;
      assert.equal(things.has(`${REGION} ${name}`), false);
    },
  },
  {
    usage: 'secret|parameter NAME is under KMSKEY with the tags KEY=VALUE[, …]',
    pattern: /^(secret|parameter) (\S+) is under (\S+) with the tags (.+)$/,
    perform: (stage, kind, name, kmsKey, tags) => {
      const { secrets, parameters } = stage.sandbox.world.account();
      const secret = secrets.get(`${REGION} ${name}`);
      const parameter = parameters.get(`${REGION} ${name}`);
      const found = kind === 'secret' ? secret?.states : parameter?.states;
      const under =
        kind === 'secret' ? secret?.kmsKeyId : parameter?.states.newest.versions.at(-1)?.keyId;
      const told = [...(found?.newest.tags ?? [])].map(([key, value]) => `${key}=${value}`);
      assert.deepEqual([under, told.join(', ')], [kmsKey, tags]);
    },
  },
  {
    usage: 'secret|parameter NAME has N versions',
    pattern: /^(secret|parameter) (\S+) was written (\d+) times?$/,
    perform: (stage, kind, name, count) => {
      const { secrets, parameters } = stage.sandbox.world.account();
      const place = `${REGION} ${name}`;
      const written =
        kind === 'secret'
          ? secrets.get(place)?.states.newest.versions.size
          : parameters.get(place)?.states.newest.versions.length;
      assert.equal(written, Number(count));
    },
  },
  {
    usage: 'the secret of USER/LABEL is in the hand-off | is not in the hand-off',
    pattern: /^the secret of (\S+) is (not )?in the hand-off$/,
    perform: (stage, keyId, not) =>
      assert.equal(existsSync(stage.handoffPath(keyId)), not === '', keyId),
  },
];

/** Whether a destination gives its readers this key: a sealed hand-off, a file, a secret or a parameter. */
export function isServed(stage: Stage, key: AccessKey): boolean {
  if (existsSync(stage.handoffPath(key.id).replace(/json$/, 'age'))) return true;
  if (isInFile(stage, key)) return true;
  const { secrets, parameters } = stage.sandbox.world.account();
  const texts = [
    ...[...secrets.values()].map(({ name }) => textAt(stage, 'secret', name)),
    ...[...parameters.values()].map(({ name }) => textAt(stage, 'parameter', name)),
  ];
  // Whatever the form of the place: the ID and the secret are where somebody reads them.
  const has = (half: string) => texts.some((text) => text?.includes(half));
  const forms = [key.secret, Buffer.from(key.secret).toString('base64')];
  return has(key.id) && forms.some(has);
}

function textAt(stage: Stage, kind: string, name: string): string | undefined {
  const { secrets, parameters } = stage.sandbox.world.account();
  const place = `${REGION} ${name}`;
  if (kind === 'parameter') return parameters.get(place)?.states.newest.versions.at(-1)?.value;
  const state = secrets.get(place)?.states.newest;
  return state?.versions.get(state.stages.get('AWSCURRENT') ?? '')?.text;
}

function pairText(stage: Stage, keyId: string, fields: string): string {
  const { id, secret } = keyOf(stage, keyId);
  // Put together as text: a parser would round the numbers that a script cares about.
  const others = fields === '' ? '}' : `, ${fields.replace(/^\{/, '')}`;
  return `{"AccessKeyId": "${id}", "SecretAccessKey": "${secret}"${others}`;
}

function put(object: Record<string, unknown>, path: readonly string[], text: string): void {
  const [name = '', ...below] = path;
  if (below.length === 0) {
    object[name] = text;
    return;
  }
  object[name] ??= {};
  put(object[name] as Record<string, unknown>, below, text);
}

function pathOf(text: string): readonly [string, ...string[]] {
  const [first = '', ...others] = text.split('.');
  return [first, ...others];
}

/** As AWS documents it, written here once more so that a fault of ours is found. */
function smtpPassword(secret: string, region: string): string {
  const hmac = (key: string | Buffer, text: string) =>
    createHmac('sha256', key).update(text).digest();
  const date = hmac(`AWS4${secret}`, '11111111');
  const signing = hmac(hmac(hmac(date, region), 'ses'), 'aws4_request');
  return Buffer.concat([Buffer.of(4), hmac(signing, 'SendRawEmail')]).toString('base64');
}

/** A label stands in the script; by now it is the ID of the key. */
function keyOf({ sandbox }: Stage, keyId: string): AccessKey {
  const key = sandbox.world.keys.get(keyId);
  if (key === undefined) throw new RangeError(`there is no key ${keyId}; write $USER/LABEL`);
  return key;
}

async function store(stage: Stage, kind: string, name: string, text: string): Promise<void> {
  const { secrets } = stage.sandbox.world.account();
  if (kind === 'parameter') {
    const value = { Name: name, Value: text, Type: 'SecureString', Overwrite: true };
    return await ask(stage, 'PutParameter', value);
  }
  const value = { SecretString: text, ClientRequestToken: token(stage) };
  if (secrets.has(`${REGION} ${name}`)) {
    return await ask(stage, 'PutSecretValue', { SecretId: name, ...value });
  }
  await ask(stage, 'CreateSecret', { Name: name, ...value });
}

function token({ sandbox }: Stage): string {
  return sandbox.world.random.text(32, '0123456789abcdef');
}

async function ask({ sandbox }: Stage, operation: string, input: object): Promise<void> {
  const service = operation.includes('Parameter') ? 'ssm' : 'secretsmanager';
  const signer = { endpoint: sandbox.url, credentials: administrator(sandbox) };
  const { status, json } = await callJson({ ...signer, service, operation, input });
  assert.equal(
    status,
    200,
    `${operation} in account ${DEFAULT_ACCOUNT_ID}: ${JSON.stringify(json)}`,
  );
}

function filledFor(stage: Stage, keyId: string, text: string): string {
  const { id, secret } = keyOf(stage, keyId);
  return text
    .replaceAll('%NL%', '\n')
    .replaceAll('%ID%', id)
    .replaceAll('%SECRET%', secret)
    .replaceAll('%SECRET64%', Buffer.from(secret).toString('base64'))
    .replaceAll(/%SMTP ([\w-]+)%/g, (_, region) => smtpPassword(secret, region));
}
