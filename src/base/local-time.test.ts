// Times for people. The zone is that of the process, so each zone has a process of its own.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const MODULE = new URL('./local-time.js', import.meta.url).href;

/** What another process says, in another zone. */
function inZone(zone: string, expression: string): string {
  const code = `import { localDay, localTimes } from '${MODULE}'; console.log(${expression});`;
  const args = ['--input-type=module', '--eval', code];
  const { stdout } = spawnSync(process.execPath, args, {
    env: { ...process.env, TZ: zone },
    encoding: 'utf8',
  });
  return stdout.trimEnd();
}

const ROWS: readonly (readonly [zone: string, text: string, local: string])[] = [
  ['UTC', 'after 2026-11-28T08:58Z:', 'after 2026-11-28 08:58 UTC:'],
  ['Europe/Berlin', 'after 2026-11-28T08:58Z:', 'after 2026-11-28 09:58 +01:00:'],
  // In summer, by the rule of that day and not of today.
  ['Europe/Berlin', 'at 2026-07-28T23:30:59.123Z', 'at 2026-07-29 01:30 +02:00'],
  ['America/St_Johns', '2026-11-28T00:10:00Z', '2026-11-27 20:40 -03:30'],
  [
    'Asia/Kathmandu',
    'a 2026-11-28T08:58Z b 2026-11-28T18:58Z',
    'a 2026-11-28 14:43 +05:45 b 2026-11-29 00:43 +05:45',
  ],
  ['Asia/Tokyo', 'nothing on 2026-11-28, T08:58Z', 'nothing on 2026-11-28, T08:58Z'],
  ['Asia/Tokyo', '2026-13-45T99:99Z', '2026-13-45T99:99Z'],
];

for (const [zone, text, local] of ROWS) {
  test(`in ${zone} "${text}" reads "${local}"`, () => {
    assert.equal(inZone(zone, `localTimes(${JSON.stringify(text)})`), local);
  });
}

test('a day is that of the zone', () => {
  assert.equal(inZone('Asia/Tokyo', "localDay('2026-11-28T23:30:00.000Z')"), '2026-11-29');
  assert.equal(inZone('UTC', "localDay('2026-11-28T23:30:00.000Z')"), '2026-11-28');
  assert.equal(inZone('UTC', "localDay('never')"), 'never');
});
