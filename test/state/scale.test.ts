// What years of rotations cost. Machines differ, so costs are compared with those of a smaller past in
// the same run; the figures themselves are told for whoever reads the output.

import assert from 'node:assert/strict';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { accessKeyId } from '../../src/base/access-key-id.ts';
import { systemClock } from '../../src/base/clock.ts';
import { encodeRecord } from '../../src/state/record-codec.ts';
import type { Sightings } from '../../src/state/state-store.ts';
import { manyRotations } from './many-records.ts';
import type { Cost } from './measure-state.ts';
import { ACCOUNT, openState, startScript, temporaryDirectory } from './support.ts';

/** Of a process of its own, because memory is told at its peak. */
async function measure(t: TestContext, ...args: readonly string[]): Promise<Cost> {
  const { code, stdout, stderr } = await startScript(t, 'measure-state', args).ended;
  assert.equal(code, 0, stderr);
  const cost: Cost = JSON.parse(stdout);
  t.diagnostic(`${args[0]}: ${cost.cpuMs.toFixed(0)} ms CPU, peak ${cost.peakMb.toFixed(0)} MB`);
  return cost;
}

test('the history of a user costs as its records, and not as their square', async (t) => {
  const small = await measure(t, 'history', '1000');
  const large = await measure(t, 'history', '4000');
  const ratio = large.cpuMs / small.cpuMs;
  t.diagnostic(`4,000 rotations cost ${ratio.toFixed(1)} times what 1,000 cost`);
  assert.ok(ratio < 8, `${ratio} times`);
});

test('a journal of many users is read in a time and a memory that grow as its size', async (t) => {
  const small = await writeJournal(t, { users: 400, rotations: 14 });
  const large = await writeJournal(t, { users: 400, rotations: 56 });
  const [costOfSmall, costOfLarge] = [
    await measure(t, 'journal', small.directory),
    await measure(t, 'journal', large.directory),
  ];
  const ratio = costOfLarge.cpuMs / costOfSmall.cpuMs;
  const grownMb = large.sizeMb - small.sizeMb;
  const perMb = (costOfLarge.peakMb - costOfSmall.peakMb) / grownMb;
  t.diagnostic(
    `${large.records} records, ${large.sizeMb.toFixed(0)} MB: ${ratio.toFixed(1)} times`,
  );
  t.diagnostic(`a megabyte of journal takes ${perMb.toFixed(1)} MB of memory`);
  assert.ok(ratio < 8, `${ratio} times`);
  assert.ok(perMb < 6, `${perMb} MB`);
});

async function writeJournal(
  t: TestContext,
  { users, rotations }: { readonly users: number; readonly rotations: number },
) {
  const directory = await temporaryDirectory(t);
  const lines: string[] = [];
  for (let index = 0; index < users; index += 1) {
    const past = { user: `svc-${index}`, rotations, endsOpen: index % 20 === 0 };
    for (const record of manyRotations(past)) lines.push(`${encodeRecord(record)}\n`);
  }
  const text = lines.join('');
  await mkdir(join(directory, ACCOUNT));
  await writeFile(join(directory, ACCOUNT, 'journal.jsonl'), text);
  return { directory, records: lines.length, sizeMb: text.length / 2 ** 20 };
}

test('looking for news of sightings costs the same however many there are', async (t) => {
  const few = await openSightings(t, 1_000);
  const many = await openSightings(t, 100_000);
  const costs: Record<'few' | 'many', number[]> = { few: [], many: [] };
  // In turns, and the least of several counts: other processes cost both the same, and seldom nothing.
  for (let attempt = 0; attempt < 15; attempt += 1) {
    costs.few.push(await costOfRefreshing(few));
    costs.many.push(await costOfRefreshing(many));
  }
  const [small, large] = [Math.min(...costs.few), Math.min(...costs.many)];
  t.diagnostic(`600 times: ${small} ms CPU with 1,000 sightings, ${large} ms with 100,000`);
  assert.ok(large < 2 * small, `${large} ms, ${small} ms`);
});

async function openSightings(t: TestContext, entries: number): Promise<Sightings> {
  const directory = await temporaryDirectory(t);
  await openState(directory);
  const path = join(directory, ACCOUNT, 'sightings.json');
  await writeFile(path, sightingsOf(entries));
  // A file that was written just now is read again, because it may change once more unnoticed.
  const hourAgo = new Date(systemClock.now().getTime() - 3_600_000);
  await utimes(path, hourAgo, hourAgo);
  return (await openState(directory, { clock: systemClock })).sightings;
}

async function costOfRefreshing(sightings: Sightings): Promise<number> {
  const before = process.cpuUsage();
  for (let index = 0; index < 600; index += 1) {
    const number = index % 60;
    await sightings.refresh();
    const key = { id: keyOf(number), status: 'Inactive', createdAt: new Date(DATE) } as const;
    assert.ok(sightings.lastActive(`user-${number}`, key, [key]));
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const DATE = '2025-01-01T00:00:00.000Z';

function sightingsOf(entries: number): string {
  const seen: Record<string, string> = {};
  for (let index = 0; index < entries / 2; index += 1) {
    seen[keyOf(index)] = DATE;
    seen[`user-${index}/${DATE}`] = DATE;
  }
  return JSON.stringify({ format_version: 1, last_seen_active: seen });
}

function keyOf(index: number) {
  return accessKeyId(`AKIA${String(index).padStart(16, '0')}`);
}
