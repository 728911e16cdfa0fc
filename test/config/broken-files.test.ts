// Sixty broken configurations, each given to a real process beside an AWS that would answer: one mistake is told, where it
// stands, and nothing is asked.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { run } from '../cli/process.ts';
import { FILE_ROWS } from './file-rows.ts';
import { FORM_ROWS } from './form-rows.ts';
import { MEANING_ROWS } from './meaning-rows.ts';
import { NEIGHBOUR_ROWS } from './neighbour-rows.ts';
import { PLACE_ROWS } from './place-rows.ts';
import { stageOf } from './stage.ts';
import type { Row } from './tricky.ts';

/** What ends on a day depends on the day on which it is read. */
const ROWS: readonly Row[] = [
  ...FILE_ROWS,
  ...FORM_ROWS,
  ...MEANING_ROWS,
  ...PLACE_ROWS,
  ...NEIGHBOUR_ROWS,
].filter(([, text]) => !String(text).includes('until: 2'));

const COUNT = 60;
const PARALLEL = 2;

test(`${COUNT} broken files reach nobody`, async (t) => {
  const { folder, env, sandbox } = await stageOf(t);
  const chosen = ROWS.filter((_, index) => index % Math.floor(ROWS.length / COUNT) === 0);
  assert.ok(chosen.length >= COUNT);
  const one = async ([what, text, at, code, says]: Row, index: number) => {
    const path = join(folder, `keyturn-${index}.yaml`);
    await writeFile(path, text);
    const told = await run('rotate-iam-keys', ['--config', path, '--output-format', 'json'], env);
    assert.equal(told.code, 2, `${what}: ${told.stderr}`);
    const { errors } = JSON.parse(told.stdout);
    assert.equal(errors.length, 1, what);
    assert.equal(errors[0].code, 'bad-config', what);
    const [, where, message = ''] =
      /^.*?keyturn-\d+\.yaml:(\d+:\d+): (.*)$/s.exec(errors[0].message) ?? [];
    assert.equal(where, at, what);
    assert.match(message, says, `${what} (${code})`);
    assert.doesNotMatch(message, /; \d+ more$/, what);
  };
  const queue = [...chosen.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await one(next[1], next[0]);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  assert.deepEqual(sandbox.requests.list(), []);
});

async function refused(t: TestContext, prepare: (path: string) => Promise<unknown> | unknown) {
  const { config, env, sandbox, keyturn } = await stageOf(t);
  await prepare(config);
  const told = await run('rotate-iam-keys', ['--config', config], env);
  assert.equal(told.code, 2, told.stderr);
  assert.deepEqual(sandbox.requests.list(), []);
  const validated = await keyturn(['validate', config]);
  assert.equal(validated.code, 2);
  return told.stderr;
}

test('what is no file is no configuration, and a pipe is not waited for', async (t) => {
  assert.match(await refused(t, (path) => mkdir(path)), /it is a folder; name a file in it/);
  assert.match(await refused(t, () => {}), /there is no such file/);
  assert.match(await refused(t, (path) => symlink(path, path)), /its links lead in a circle/);
  const pipe = await refused(t, (path) => spawnSync('mkfifo', [path]));
  assert.match(pipe, /it is no regular file/);
});

const GOOD =
  'version: 1\nrules: [{name: a, match: all, deliver: [handoff]}]\nexemptions_file: sub/other.yaml\n';

const OTHERS: readonly (readonly [what: string, text: string | undefined, says: RegExp])[] = [
  [
    'is missing',
    undefined,
    /keyturn\.yaml:3:18: "sub\/other\.yaml" cannot be read: there is no such file/,
  ],
  ['is empty', '', /sub\/other\.yaml:1:1: the file is empty/],
  [
    'has rules',
    'version: 1\nexemptions: []\nrules: []\n',
    /sub\/other\.yaml:3:1: unknown key "rules"/,
  ],
  [
    'has an exemption for all',
    'version: 1\nexemptions:\n  - {match: all, owner: Ann, reason: cannot change keys, until: 2999-01-01}\n',
    /sub\/other\.yaml:3:13: an exemption cannot be for all/,
  ],
  [
    'asks for the name of an account',
    'version: 1\nexemptions:\n  - {match: {account: acme-prod}, owner: Ann, reason: cannot change keys, until: 2000-01-01}\n',
    /sub\/other\.yaml:3:23: the name of an account is told by its organization/,
  ],
];

for (const [what, text, says] of OTHERS) {
  test(`a file of exemptions that ${what}`, async (t) => {
    const told = await refused(t, async (path) => {
      await writeFile(path, GOOD);
      await mkdir(join(path, '..', 'sub'));
      if (text !== undefined) await writeFile(join(path, '..', 'sub', 'other.yaml'), text);
    });
    assert.match(told, says);
  });
}

test('a file that others may write, and that names programs, is refused', async (t) => {
  const { config, keyturn } = await stageOf(t);
  const of = async (text: string, mode: number) => {
    await writeFile(config, text);
    const { chmod } = await import('node:fs/promises');
    await chmod(config, mode);
    return (await keyturn(['validate', config])).stdout;
  };
  const rules = (place: string) =>
    `rules: [{name: a, match: all, hold_days: 30, deliver: [${place}]}]\n`;
  const texts = [
    `version: 1\n${rules('"command=/opt/put-key {user}"')}`,
    `version: 1\n${rules('"command:base64=/opt/put-key {user}"')}`,
    `version: 1\naccounts: {groups: [{name: g, match: all, defaults: {deliver: ["command=/opt/p {user}"]}}]}\n${rules('handoff')}`,
    `version: 1\n${rules('{to: "gitlab=acme/{user}", with: g}')}connections: {g: {kind: gitlab, token: "\${command:pass x}"}}\n`,
  ];
  for (const text of texts) {
    assert.match(
      await of(text, 0o666),
      /others may write this file, and it names programs to run/,
      text,
    );
    assert.doesNotMatch(await of(text, 0o644), /others may write/, text);
  }
});
