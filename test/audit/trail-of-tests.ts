// An audit trail as runs write it, for tests that change it.

import { newId } from '../../src/base/new-id.ts';
import { BEGAN, chainAll, newHead, type TrailFact } from '../../src/lifecycle/trail/line.ts';

const STEPS = ['intended', 'created', 'proved', 'delivered', 'deactivating', 'deactivated'];

export function trailOfTests(account: string, lines: number): readonly string[] {
  const trail = newId();
  const facts = [
    factAt(0, BEGAN, { trail, records_before: 0 }),
    ...Array.from({ length: lines - 1 }, (_, index) =>
      factAt(index + 1, STEPS[index % STEPS.length] ?? '', {
        place: 'Zoë 😀 \u2028',
        checks: index,
      }),
    ),
  ];
  return chainAll(newHead(account, trail), facts).texts;
}

function factAt(index: number, step: string, detail: TrailFact['detail']): TrailFact {
  const at = new Date(Date.UTC(2026, 0, 1) + index * 1_000);
  return {
    ...{ time: at.toISOString(), run: newId(), who: 'arn:aws:iam::123456789012:user/operator' },
    ...{ user: `svc-${index % 7}`, keys: ['AKIAIOSFODNN7EXAMPLE'], rotation: newId(), plan: null },
    ...{ step, reason: index % 3 === 0 ? 'its successor took its place' : null },
    ...{ request: step === 'created' ? newId() : null, detail },
    record: step === BEGAN ? null : newId().replaceAll('-', '').repeat(2),
  };
}
