import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { SignerAnswer } from '../../src/aws/gateway.ts';
import { PROMPT_VERIFICATION } from '../../src/engine/account-work.ts';
import type { OldKeyFate } from '../../src/lifecycle/record.ts';
import { type Broken, type Workbench, workbench } from './workbench.ts';

const ARN = 'arn:aws:iam::123456789012:user/alice';
const yes: SignerAnswer = { kind: 'accepted', account: '123456789012', arn: ARN };
const notYet: SignerAnswer = { kind: 'not-yet' };
const unclear: SignerAnswer = { kind: 'unclear', reason: 'a lost packet' };

/** A verifier that says this, one answer per question, and repeats the last. */
function answers(...list: SignerAnswer[]): Broken & { asked: () => number } {
  let asked = 0;
  return {
    asked: () => asked,
    account: (account) => {
      const whoSigns = async () => {
        asked += 1;
        return list[Math.min(asked, list.length) - 1] ?? notYet;
      };
      return { ...account, gateway: { ...account.gateway, verifier: { whoSigns } } };
    },
  };
}

function assertUntouched(bench: Workbench): void {
  assert.equal(bench.oldKey.status, 'Active');
  assert.equal(bench.sandbox.requests.list('UpdateAccessKey').length, 0);
  assert.equal(bench.sandbox.requests.list('DeleteAccessKey').length, 0);
}

it('I4: a key that AWS does not accept in time is left for the next run, with the same key', async (test) => {
  const bench = await workbench(test);
  bench.sandbox.settings.keyLagSeconds = 1_000_000;
  const first = await bench.run();
  assert.equal(first?.kind === 'failed' && first.error.code, 'not-accepted-yet');
  assertUntouched(bench);

  bench.sandbox.settings.keyLagSeconds = 0;
  const second = await bench.run();
  assert.equal(second?.kind, 'rotated');
  assert.equal(second?.resumed, true);
  assert.equal(bench.oldKey.status, 'Inactive');
  assert.equal(bench.made().length, 1);
});

it('I4: three acceptances must come in a row; one refusal starts the count again', async (test) => {
  const bench = await workbench(test);
  const verifier = answers(yes, yes, notYet, yes, yes, yes);
  assert.equal((await bench.run(verifier))?.kind, 'rotated');
  assert.equal(verifier.asked(), 6);
});

it('a lost packet says nothing about a key: it does not count, and it does not start over', async (test) => {
  const bench = await workbench(test);
  const verifier = answers(yes, unclear, yes, unclear, yes);
  assert.equal((await bench.run(verifier))?.kind, 'rotated');
  assert.equal(verifier.asked(), 5);
});

it('answers that never come leave the old key alone, and the failure says why', async (test) => {
  const bench = await workbench(test);
  const outcome = await bench.run(answers(unclear));
  assert.equal(outcome?.kind === 'failed' && outcome.error.code, 'not-accepted-yet');
  assert.match(outcome?.kind === 'failed' ? outcome.error.message : '', /a lost packet/);
  assertUntouched(bench);
});

for (const [what, answer] of [
  ['another user', { ...yes, arn: 'arn:aws:iam::123456789012:user/mallory' }],
  ['another account', { ...yes, account: '210987654321' }],
  ['a user whose name only ends alike', { ...yes, arn: 'arn:aws:iam::123456789012:user/malice' }],
] as const) {
  it(`a new key that signs as ${what} stops the rotation; the old key is untouched`, async (test) => {
    const bench = await workbench(test);
    const outcome = await bench.run(answers(answer));
    assert.equal(outcome?.kind === 'failed' && outcome.error.code, 'wrong-identity');
    assertUntouched(bench);
  });
}

/** The same for a person who waits. */
function prompt(oldKeyFate: OldKeyFate, ...list: SignerAnswer[]) {
  const verifier = answers(...list);
  const account: Broken['account'] = (given) => {
    const { policy, ...rest } = verifier.account?.(given) ?? given;
    return { ...rest, policy: { ...policy, oldKeyFate, verification: PROMPT_VERIFICATION } };
  };
  return { ...verifier, account };
}

it('I4: where the old key is kept, one acceptance and three more at once are enough', async (test) => {
  const bench = await workbench(test);
  const verifier = prompt('keep', notYet, yes);
  assert.equal((await bench.run(verifier))?.kind, 'rotated');
  assert.equal(verifier.asked(), 1 + 1 + 3);
  assertUntouched(bench);
});

it('I4: one refusal among those asked at once outweighs the others, and the confirmation gets longer', async (test) => {
  const bench = await workbench(test);
  const verifier = prompt('keep', yes, yes, notYet, yes);
  assert.equal((await bench.run(verifier))?.kind, 'rotated');
  // One and three, of which one was a refusal; then three in a row, a second apart.
  assert.equal(verifier.asked(), 1 + 3 + 3);
});

it('I4: where the old key goes, nobody who waits makes three acceptances fewer', async (test) => {
  const bench = await workbench(test);
  const verifier = prompt('deactivate', yes);
  assert.equal((await bench.run(verifier))?.kind, 'rotated');
  assert.equal(verifier.asked(), 3);
  assert.equal(bench.oldKey.status, 'Inactive');
});
