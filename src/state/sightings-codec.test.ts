import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gapsOf } from '../lifecycle/use-history.ts';
import { KnownSightings } from './known-sightings.ts';
import { decodeSights, encodeSights } from './sightings-codec.ts';

const day = (number: number) => new Date(Date.UTC(2026, 0, number));
const CREATED = { createdAt: day(1) };

function look(user: string, at: number, usedAt: number) {
  return {
    at: day(at),
    used: [{ user, ...CREATED, lastUse: { used: 'at', at: day(usedAt) } as const }],
  };
}

/** What is known by a later process, after all was saved on that day. */
function savedOn(known: KnownSightings, number: number): KnownSightings {
  const sights = decodeSights(JSON.parse(JSON.stringify(encodeSights(known, day(number)))));
  assert.ok(sights);
  const again = new KnownSightings();
  again.merge(sights);
  return again;
}

test('I15: a gap between uses is not forgotten because its user was renamed long ago', () => {
  let known = new KnownSightings();
  known.learn([look('former', 10, 2)]);
  known.learn([look('renamed', 230, 228)]);
  for (const number of [300, 390, 480, 1000, 1500, 2500]) {
    known.learn([look('renamed', number, 228)]);
    known = savedOn(known, number);
    assert.deepEqual(gapsOf(known.usesOf('renamed', CREATED)), [226], `day ${number}`);
  }
});

test('what nobody has looked at for three years is forgotten', () => {
  const known = new KnownSightings();
  known.learn([look('ada', 10, 2)]);
  assert.equal(savedOn(known, 1_109).uses.size, 1);
  assert.equal(savedOn(known, 1_111).uses.size, 0);
});
