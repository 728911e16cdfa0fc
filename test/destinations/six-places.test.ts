// One user delivered to six kinds at once, one of which is down for two runs: the old key stays Active all the
// while, what the other five have is never written again, and the sixth is given its key when it is back.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { run } from '../cli/process.ts';
import { GITHUB_STORE, type SixKind, type SixPlaces, sixPlaces } from './six-places.ts';

interface Result {
  readonly rotated_keys: readonly {
    readonly success: boolean;
    readonly error?: string;
    readonly new_key_id: string;
    readonly delivered_to: readonly { kind: string }[];
  }[];
}

const KINDS: readonly SixKind[] = [
  ...(['secrets-manager', 'ssm', 'dotenv', 'credentials-file', 'command', 'github'] as const),
];
const all = (count: number) => Object.fromEntries(KINDS.map((kind) => [kind, count]));

for (const down of ['github', 'command', 'ssm'] as const) {
  it(`six kinds, and ${down} is down for two runs`, async (test) => {
    const places = await sixPlaces(test);
    const { world, old } = places;
    const others = { ...all(1), [down]: 0 };

    places.down(down, 'writes');
    const first = await rotate(places);
    assert.equal(first.code, 1, first.stderr);
    assert.deepEqual(places.writes(), others);
    assert.match(first.stdout, new RegExp(down === 'ssm' ? '/app/ada' : down));
    assert.equal(world.keys.get(old.id)?.status, 'Active');

    places.down(down, 'all');
    const dry = await rotate(places, '--dry-run');
    const second = await rotate(places);
    assert.equal(second.code, 1, second.stderr);
    assert.equal(errorOf(dry.stdout), errorOf(second.stdout));
    assert.deepEqual(places.writes(), others);
    assert.equal(world.keys.get(old.id)?.status, 'Active');

    places.down(down, 'no');
    const third = await rotate(places);
    assert.equal(third.code, 0, third.stdout);
    assert.deepEqual(places.writes(), all(1));
    assert.equal(world.keys.get(old.id)?.status, 'Inactive');
    const [rotated] = (JSON.parse(third.stdout) as Result).rotated_keys;
    assert.deepEqual(
      rotated?.delivered_to.map(({ kind }) => kind),
      KINDS,
    );
    const served = world.keys.get(rotated?.new_key_id ?? '');
    const texts = [
      ...[places.files.dotenv, places.files['credentials-file'], places.files.command].map((path) =>
        readFileSync(path, 'utf8'),
      ),
      places.github.value(GITHUB_STORE, 'KEY') ?? '',
    ];
    assert.ok(texts.every((text) => text.includes(served?.secret ?? '-')));
    const created = places.sandbox.requests.list('CreateAccessKey');
    assert.equal(created.length, 1);
    const journal = readFileSync(
      join(places.folder, 'state', DEFAULT_ACCOUNT_ID, 'journal.jsonl'),
      'utf8',
    );
    const placed = journal.match(/"type":"placed"/g)?.length ?? 0;
    assert.ok(placed === 5 || placed === 6);
    assert.ok(!journal.includes(served?.secret ?? '-'));
  });
}

async function rotate({ deliver, environment }: SixPlaces, ...more: readonly string[]) {
  const flags = ['--deliver', deliver, '--retire', 'now', '--output-format', 'json', ...more];
  return await run('rotate-iam-keys', flags, environment);
}

/** Requests have numbers of their own. */
function errorOf(stdout: string): string | undefined {
  const [told] = (JSON.parse(stdout) as Result).rotated_keys;
  return told?.error?.replace(/, request [\w-]+/, '');
}
