// The directives about places that are files on this machine: $FOLDER/places and $HOME/.aws hold secrets,
// because they are what is delivered to.

import assert from 'node:assert/strict';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { readFileBySdk } from '../credentials-file/real-parsers.ts';
import { credentialsOf, stsOf } from '../sandbox/sdk.ts';
import { declarePlace } from '../secrets/places.ts';
import type { Directive } from './run-script.ts';
import { filesBelow, type Stage } from './stage.ts';

const EXAMPLES = fileURLToPath(new URL('../../../examples/command/', import.meta.url));

export const FILES: readonly Directive[] = [
  {
    // A line of the file each; %ID% and %SECRET% are those of the key.
    usage: 'place PATH holds for USER/LABEL: TEXT (with \\n), behind what it has; mode 600',
    pattern: /^place (\S+) holds for (\S+): (.+)$/,
    perform: (stage, path, keyId, text) => {
      const { id, secret } = keyOf(stage, keyId);
      declarePlace(path);
      const filled = text
        .replaceAll('\\n', '\n')
        .replaceAll('%ID%', id)
        .replaceAll('%SECRET%', secret);
      mkdirSync(dirname(path), { recursive: true });
      const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
      writeFileSync(path, `${before}${filled}\n`, { mode: 0o600 });
    },
  },
  {
    usage: 'place PATH is a link to PATH | has mode MODE | is not there | is the example NAME',
    pattern:
      /^place (\S+) (?:is a link to (\S+)|has mode (\d+)|(is not there)|is the example (\S+))$/,
    perform: (_, path, to, mode, gone, example) => {
      if (gone !== '') return assert.equal(existsSync(path), false);
      if (mode !== '') return assert.equal((statSync(path).mode & 0o777).toString(8), mode);
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      if (to !== '') return symlinkSync(to, path);
      copyFileSync(join(EXAMPLES, example), path);
      chmodSync(path, 0o700);
    },
  },
  {
    usage: 'somebody gives place PATH mode MODE',
    pattern: /^somebody gives place (\S+) mode (\d+)$/,
    perform: (_, path, mode) => chmodSync(path, Number.parseInt(mode, 8)),
  },
  {
    usage: 'nothing else lies beside PATH: neither a backup nor a half-written file',
    pattern: /^nothing else lies beside (\S+)$/,
    perform: (_, path) => {
      const base = path.slice(dirname(path).length + 1);
      const beside = readdirSync(dirname(path)).filter(
        (name) => name !== base && name.includes(base),
      );
      assert.deepEqual(beside, []);
    },
  },
  {
    usage: 'profile NAME of PATH serves USER/LABEL, and it signs | holds no pair',
    pattern: /^profile (\S+) of (\S+) (?:serves (\S+)(, and it signs)?|(holds no pair))$/,
    perform: async (stage, profile, path, keyId, signs, none) => {
      declarePlace(path);
      const settings = (await readFileBySdk(path))?.[profile];
      const found = [settings?.aws_access_key_id, settings?.aws_secret_access_key];
      if (none !== '') return assert.deepEqual(found, [undefined, undefined]);
      const key = keyOf(stage, keyId);
      assert.deepEqual(found, [key.id, key.secret]);
      if (signs !== '') await assertSigns(stage, keyId);
    },
  },
  {
    usage: 'place PATH has the line TEXT, with %ID% and %SECRET% of USER/LABEL',
    pattern: /^place (\S+) has for (\S+) the line (.+)$/,
    perform: (stage, path, keyId, line) => {
      const { id, secret } = keyOf(stage, keyId);
      const filled = line.replaceAll('%ID%', id).replaceAll('%SECRET%', secret);
      const lines = readFileSync(path, 'utf8').split(/\r?\n/);
      assert.ok(lines.includes(filled), `${path} has no such line for ${id}`);
    },
  },
  {
    usage: 'the pair of USER/LABEL signs',
    pattern: /^the pair of (\S+) signs$/,
    perform: (stage, keyId) => assertSigns(stage, keyId),
  },
];

/** Whether a file that is a place has this pair. */
export function isInFile(stage: Stage, { id, secret }: { id: string; secret: string }): boolean {
  const texts = PLACES.flatMap((place) => [...filesBelow(place(stage)).values()]);
  return texts.some((text) => text.includes(id) && text.includes(secret));
}

const PLACES: readonly ((stage: Stage) => string)[] = [
  ({ folder }) => join(folder, 'places'),
  ({ env }) => join(env.HOME ?? '', '.aws'),
];

async function assertSigns(stage: Stage, keyId: string): Promise<void> {
  const key = keyOf(stage, keyId);
  const client = stsOf(stage.sandbox, credentialsOf(key), { maxAttempts: 5 });
  const { Arn } = await client.send(new GetCallerIdentityCommand({}));
  assert.ok(Arn?.endsWith(`/${key.userName}`), `${key.id} signs as ${Arn}`);
}

/** A label stands in the script; by now it is the ID of the key. */
function keyOf({ sandbox }: Stage, keyId: string) {
  const key = sandbox.world.keys.get(keyId);
  if (key === undefined) throw new RangeError(`there is no key ${keyId}; write $USER/LABEL`);
  return key;
}
