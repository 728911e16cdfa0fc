// Every way in which a place may hold an old pair that there are names for, times every way to lay out the
// text. The test beside this file runs the real command on each.

import { createHmac } from 'node:crypto';

export interface SeededPair {
  readonly id: string;
  readonly secret: string;
}

/** The keys that a text can be made from. */
export interface Scene {
  /** Of the user whose key is due. */
  readonly old: SeededPair;
  /** A living key of somebody else. */
  readonly foreign: SeededPair;
  /** A key that was deleted. */
  readonly dead: SeededPair;
}

export interface LookCase {
  readonly name: string;
  readonly isWritten: boolean;
  readonly object: (scene: Scene) => object;
}

const known = ({ id, secret }: SeededPair) => ({ AccessKeyId: id, SecretAccessKey: secret });

const written = (name: string, object: LookCase['object']): LookCase => ({
  name,
  isWritten: true,
  object,
});

const refused = (name: string, object: LookCase['object']): LookCase => ({
  name,
  isWritten: false,
  object,
});

const NAMES_KNOWN = [
  ['AccessKeyId', 'SecretAccessKey'],
  ['accessKeyId', 'secretAccessKey'],
  ['access_key_id', 'secret_access_key'],
  ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
] as const;

const NAMES_UNKNOWN = [
  ['access_key', 'secret_key'],
  ['accessKey', 'secretKey'],
  ['access-key-id', 'secret-access-key'],
  ['S3_KEY', 'S3_SECRET'],
] as const;

export const LOOK_CASES: readonly LookCase[] = [
  ...NAMES_KNOWN.map(([id, secret]) =>
    written(`the pair as ${id}`, ({ old }) => ({ [id]: old.id, [secret]: old.secret })),
  ),
  ...NAMES_UNKNOWN.map(([id, secret]) =>
    refused(`the pair as ${id}`, ({ old }) => ({ [id]: old.id, [secret]: old.secret })),
  ),
  written('nothing yet', () => ({})),
  written('placeholders', () => ({ AccessKeyId: 'TO BE FILLED', SecretAccessKey: '' })),
  written('a dead pair', ({ dead }) => known(dead)),
  written("another user's pair beside it", ({ old, foreign }) => ({
    ...known(old),
    billing: { user: foreign.id, password: foreign.secret },
  })),
  refused("another user's living pair", ({ foreign }) => known(foreign)),
  refused("another user's pair in objects and lists", ({ foreign }) => ({
    AccessKeyId: { value: foreign.id, secret: foreign.secret },
    SecretAccessKey: [foreign.secret],
  })),
  refused('a number in the place of the ID', ({ old }) => ({ ...known(old), AccessKeyId: 7 })),
  refused('half a pair', ({ old }) => ({ AWS_ACCESS_KEY_ID: old.id, AWS_SECRET_KEY: old.secret })),
  refused('the ID alone', ({ old }) => ({ AccessKeyId: old.id })),
  refused('the secret alone', ({ old }) => ({ SecretAccessKey: old.secret })),
  refused('nested', ({ old }) => ({ aws: known(old) })),
  refused('nested in a list', ({ old }) => ({ ...known(old), also: [[known(old)]] })),
  refused('two pairs of names', ({ old }) => ({ ...known(old), accessKeyId: old.id })),
  refused('the ID in a longer text', ({ old }) => ({ ...known(old), url: `s3://${old.id}@x` })),
  refused('the secret elsewhere', ({ old }) => ({ ...known(old), also: old.secret })),
  refused('JSON in a string', ({ old }) => ({ ...known(old), json: JSON.stringify(known(old)) })),
  refused('JSON in JSON in a string', ({ old }) => ({
    ...known(old),
    json: JSON.stringify({ inner: JSON.stringify({ deep: [old.secret] }) }),
  })),
  refused('INI in a string', ({ old }) => ({
    ...known(old),
    file: `[default]\r\naws_secret_access_key = ${old.secret}\r\n`,
  })),
  refused('env in a string', ({ old }) => ({ ...known(old), env: `export K='${old.id}'\n` })),
  refused('base64 in a string', ({ old }) => ({
    ...known(old),
    file: Buffer.from(`${old.id}:${old.secret}`).toString('base64'),
  })),
  refused('a URL with the secret', ({ old }) => ({
    ...known(old),
    url: `https://x:${encodeURIComponent(old.secret)}@host.example.com/`,
  })),
  refused('an SMTP password', ({ old }) => ({
    ...known(old),
    smtp: { host: 'email-smtp.eu-west-1.example.com', password: smtp(old.secret, 'eu-west-1') },
  })),
  refused('SMTP alone', ({ old }) => ({
    smtp_username: old.id,
    smtp_password: smtp(old.secret, 'us-east-1'),
  })),
];

/** Written here once more, after AWS's page, so that a fault of ours is found. */
export function smtp(secret: string, region: string): string {
  let key: Buffer = Buffer.from(`AWS4${secret}`);
  for (const text of ['11111111', region, 'ses', 'aws4_request', 'SendRawEmail']) {
    key = createHmac('sha256', key).update(text).digest();
  }
  return Buffer.concat([Buffer.of(4), key]).toString('base64');
}

export const LAYOUTS: Readonly<Record<string, (object: object) => string>> = {
  compact: (object) => JSON.stringify(object),
  pretty: (object) => JSON.stringify(object, null, 2),
  crlf: (object) =>
    `${JSON.stringify({ first: 1, ...object }, null, '\t').replaceAll('\n', '\r\n')}\r\n`,
  unicode: (object) =>
    JSON.stringify({ 'gr\u00fc\u00dfe': '\u65e5\u672c \ud83d\udd11', ...object }),
  nested: (object) => JSON.stringify({ ...object, db: { ports: [5432, { id: 'a' }], on: true } }),
};
