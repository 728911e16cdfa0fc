// I3: a place that names a key gives back a secret beside it, and the secret may be another's: a template that was
// filled in by hand, a restore of half a record. It is held against the key before anything depends on it.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { it, type TestContext } from 'node:test';
import { KeyturnError } from '../../src/base/errors.ts';
import { Secret } from '../../src/base/secret.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import { type Broken, type Workbench, workbench } from './workbench.ts';

const OTHER = 'bPxRfiCYEXAMPLEKEYwJalrXUtnFEMIK7MDENG0a';

/** A place that took the key and whose answer was lost; the copy in custody is gone since. */
async function written(test: TestContext): Promise<Workbench> {
  const bench = await workbench(test);
  const destination: Broken['destination'] = {
    keepsHandoff: false,
    deliver: async () => {
      throw new KeyturnError('delivery-failed', 'no answer');
    },
    holds: async () => undefined,
  };
  assert.equal((await bench.run({ destination }))?.kind, 'failed');
  rmSync(bench.handoffPath(bench.made()[0]?.id ?? ''));
  return bench;
}

/** What the place shows, and what it keeps of its own past, as its kind gives it back. */
function placeWith({ made }: Workbench, secret: string): Partial<Destination> {
  const [key] = made();
  const id = key?.id ?? '';
  return {
    keepsHandoff: false,
    deliver: async () => assert.fail('it was delivered'),
    holds: async (keyId) => (keyId === id ? { texts: [new Secret(`${id} ${secret}`)] } : undefined),
    textsRead: async () => [new Secret(JSON.stringify({ id, secret }))],
    wayBack: {
      secretOf: async (keyId) => (keyId === id ? new Secret(secret) : undefined),
      canPutBack: async () => true,
      putBack: async () => true,
    },
  };
}

it('I3: the ID of the new key beside the secret of another is no copy of it', async (test) => {
  const bench = await written(test);
  const outcome = await bench.run({ destination: placeWith(bench, OTHER) });
  assert.equal(outcome?.kind, 'failed');
  const [made] = bench.made();
  assert.equal(await bench.handedOff(made?.id ?? ''), undefined, 'custody takes no wrong secret');
  assert.deepEqual([bench.oldKey.status, made?.status], ['Active', 'Active']);
});

it('I10: the pair itself is, and the rotation goes on with it', async (test) => {
  const bench = await written(test);
  const [made] = bench.made();
  const destination = {
    ...placeWith(bench, made?.secret ?? ''),
    deliver: async () => ({ kind: 'handoff', reference: 'x' }),
  } as const;
  assert.equal((await bench.run({ destination }))?.kind, 'rotated');
  assert.equal(bench.oldKey.status, 'Inactive');
});
