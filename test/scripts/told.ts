// After every run that had nobody beside it: its document tells every change of a key that AWS confirmed
// to it, and no other but what an earlier run left unsaid (I16).

import assert from 'node:assert/strict';
import type { LoggedRequest } from '../../src/sandbox/index.ts';
import { anyDocumentOf, asksForJson, asksForUndoJson } from './documents.ts';
import type { Stage } from './stage.ts';

export function checkTold(stage: Stage): void {
  const { last } = stage;
  const requests = stage.ownRequests(last);
  // A run that was killed, or whose reader left, has no document to compare with.
  if (requests === undefined || typeof last.result !== 'number' || last.reader !== 'all') return;
  if (!asksForJson(last) && !asksForUndoJson(last)) return;
  const document = anyDocumentOf(last);
  // What only reads has no changes to tell.
  if (document.changes === undefined) {
    assert.deepEqual(requests.filter(isConfirmed), []);
    return;
  }
  const told = document.changes.map(({ change, username }) => `${change} of ${username}`);
  const { created, deactivated, reactivated, deleted } = document.summary.changes;
  assert.equal(created + deactivated + reactivated + deleted, document.changes.length);
  for (const each of requests.filter(isConfirmed)) {
    const change = `${changeOf(each)} of ${each.params.UserName}`;
    const at = told.indexOf(change);
    assert.ok(at >= 0, `"${change}" is not told: ${JSON.stringify(document.changes)}`);
    told.splice(at, 1);
  }
  const unconfirmed = document.changes.filter(({ by, why }) => {
    return by !== 'recovery' && why !== 'the answer to the request was lost';
  });
  const asked = requests.filter(({ done }) => done).map((each) => changeOf(each));
  for (const { change } of unconfirmed)
    assert.ok(asked.includes(change), `${change} was not asked`);
}

/** A fault may have kept the answer from the run, or changed it. */
function isConfirmed(entry: LoggedRequest): boolean {
  return changeOf(entry) !== undefined && entry.done && entry.fault === undefined;
}

function changeOf({ operation, params }: LoggedRequest): string | undefined {
  if (operation === 'CreateAccessKey') return 'created';
  if (operation === 'DeleteAccessKey') return 'deleted';
  if (operation !== 'UpdateAccessKey') return undefined;
  return params.Status === 'Active' ? 'reactivated' : 'deactivated';
}
