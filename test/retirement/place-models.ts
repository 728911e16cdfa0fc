// A place of each kind, for worlds of readers: the kind's own code writes it, and the readers look at what
// stands there as their world does, without any code of the kind.

import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DeliveryRequest } from '../../src/app/open-destinations.ts';
import {
  DEFAULT_ACCOUNT_ID as ACCOUNT,
  type AccessKey,
  type Sandbox,
  seedPlace,
} from '../../src/sandbox/index.ts';
import { FilePass, placeReader } from '../../src/sandbox/workloads/place.ts';
import type { Ending } from '../destinations/json-server.ts';
import { REGION } from './daily-run.ts';
import type { Pair } from './reader.ts';
import { serviceModels } from './service-models.ts';

/** The place of one user. */
export interface PlaceOfUser {
  readonly deliver: DeliveryRequest;
  /** What its readers find there now. */
  readonly read: () => Pair | Promise<Pair>;
}

export interface PlaceModel {
  /** Makes the place of a user, with the pair of the key in it. */
  make(user: string, key: AccessKey, variant: string): PlaceOfUser | Promise<PlaceOfUser>;
}

/** By their kinds. */
export type PlaceModels = Readonly<Record<string, PlaceModel>>;

/** The pair that stands in a place, as the practice AWS knows it. */
export type PairOf = (id: string | undefined, secret: string | undefined) => Pair;

export interface ModelledPlaces {
  readonly models: PlaceModels;
  readonly env: Readonly<Record<string, string>>;
}

export async function placeModels(sandbox: Sandbox, ending: Ending): Promise<ModelledPlaces> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-worlds-'));
  ending.after(() => void rm(folder, { recursive: true, force: true }));
  const pairOf: PairOf = (id = '', secret) => {
    const key = sandbox.world.key(id);
    return { key, isSecretRight: key !== undefined && key.secret === secret };
  };
  const services = await serviceModels({ sandbox, folder, pairOf }, ending);
  const models = { ...awsModels(sandbox), ...fileModels(folder, pairOf), ...services.models };
  return { models, env: services.env };
}

function awsModels(sandbox: Sandbox): PlaceModels {
  const { world, clock } = sandbox;
  const model = (kind: string, folder: string): PlaceModel => ({
    make: (user, key) => {
      const template = `${folder}/${user}`;
      const place = `${kind}=${template}`;
      seedPlace(world, place, { key, region: REGION });
      const context = { world, accountId: ACCOUNT, region: REGION, files: new FilePass() };
      const look = placeReader(context, place);
      return {
        deliver: { kind, template },
        read: () => look(clock.nowMs()) ?? { key: undefined, isSecretRight: false },
      };
    },
  });
  return { 'secrets-manager': model('secrets-manager', 'app'), ssm: model('ssm', '/app') };
}

/** From dist/test/retirement/. */
const PROGRAM = fileURLToPath(new URL('../../../test/retirement/key-program.sh', import.meta.url));

interface FileForm {
  readonly name: string;
  readonly template: (path: string) => string;
  readonly text: (key: AccessKey) => string;
  /** Finds the ID and the secret. */
  readonly id: RegExp;
  readonly secret: RegExp;
}

const ENV_FILE = {
  text: ({ id, secret }: AccessKey) => `AWS_ACCESS_KEY_ID=${id}\nAWS_SECRET_ACCESS_KEY=${secret}\n`,
  id: /^AWS_ACCESS_KEY_ID=(.*)$/m,
  secret: /^AWS_SECRET_ACCESS_KEY=(.*)$/m,
};

function fileModels(folder: string, pairOf: PairOf): PlaceModels {
  const program = join(folder, 'key-program.sh');
  copyFileSync(PROGRAM, program);
  chmodSync(program, 0o700);
  const model = (kind: string, { name, template, text, id, secret }: FileForm): PlaceModel => ({
    make: (user, key) => {
      mkdirSync(join(folder, user), { mode: 0o700 });
      const path = join(folder, user, name);
      writeFileSync(path, text(key), { mode: 0o600 });
      return {
        deliver: { kind, template: template(path) },
        read: () => {
          const now = readFileSync(path, 'utf8');
          return pairOf(id.exec(now)?.[1], secret.exec(now)?.[1]);
        },
      };
    },
  });
  return {
    dotenv: model('dotenv', { ...ENV_FILE, name: '.env', template: (path) => path }),
    command: model('command', {
      ...ENV_FILE,
      name: 'app.env',
      template: (path) => `${program} ${path}`,
    }),
    'credentials-file': model('credentials-file', {
      name: 'credentials',
      template: (path) => `${path}#work`,
      text: ({ id, secret }) =>
        `[work]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`,
      id: /\[work\]\naws_access_key_id = (.*)/,
      secret: /\[work\]\n.*\naws_secret_access_key = (.*)/,
    }),
  };
}
