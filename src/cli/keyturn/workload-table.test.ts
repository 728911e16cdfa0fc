import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ToldWorkload, workloadsDocument, workloadsTable } from './workload-table.ts';

const NOW = new Date('2026-06-10T12:00:30Z');

function workload(name: string, more: Partial<ToldWorkload> = {}): ToldWorkload {
  return {
    name,
    accountId: '123456789012',
    place: `secrets-manager=app/${name}`,
    reads: '20m',
    calls: '5m',
    service: 's3',
    region: 'us-east-1',
    keyId: 'AKIAEXAMPLE000000001',
    userName: name,
    readCount: 73,
    failedReadCount: 0,
    callCount: 2880,
    refusedCount: 0,
    ...more,
  };
}

function told(...workloads: ToldWorkload[]) {
  const totals = { workloads: workloads.length, reads: 146, calls: 5760, refused: 12 };
  return { workloads, totals };
}

const REFUSED = { refusedCount: 12, lastRefusedAt: '2026-06-10T11:55:00.000Z' };

test('whoever was refused comes first, and the last line sums up', () => {
  const page = workloadsTable(told(workload('a'), workload('b', REFUSED)), {
    now: NOW,
    width: 200,
  });
  assert.equal(
    page,
    [
      'workload  place                  reads  calls  holds                 calls made  refused  last refused at',
      'b         secrets-manager=app/b  20m    s3 5m  AKIAEXAMPLE000000001       2,880       12  2026-06-10T11:55Z',
      'a         secrets-manager=app/a  20m    s3 5m  AKIAEXAMPLE000000001       2,880        0',
      '',
      '2 workloads at 2026-06-10T12:00Z: 5,760 calls, 12 refused',
      '',
    ].join('\n'),
  );
});

test('on a narrow terminal places give way, then names, then whole columns', () => {
  const long = workload('svc-billing-production-eu', REFUSED);
  const at = (width: number): readonly string[] =>
    workloadsTable(told(long), { now: NOW, width }).split('\n');
  for (const width of [140, 120, 105, 100, 80]) {
    const [head = '', row = ''] = at(width);
    assert.ok(row.length <= width, `${width}: ${row}`);
    assert.equal(row.indexOf('AKIA'), head.indexOf('holds'));
  }
  assert.match(at(120)[1] ?? '', /^svc-billing-production-eu +secret\S*…\S*on-eu /);
  assert.match(at(106)[1] ?? '', /^svc-\S*…\S*-eu +secret…on-eu /);
  assert.doesNotMatch(at(100)[0] ?? '', /place/);
  assert.doesNotMatch(at(80)[0] ?? '', /reads/);
});

test('what holds nothing says so, and a name with control characters is shown', () => {
  const { keyId: _, ...empty } = workload('a\u001b[31m');
  const page = workloadsTable(told({ ...empty, failedReadCount: 73 }), { now: NOW, width: 200 });
  assert.match(page, /\\u001b\[31m .* nothing /);
  const foreign = workloadsTable(told(empty), { now: NOW, width: 200 });
  assert.match(foreign, / a foreign key /);
  assert.match(workloadsTable(told(), { now: NOW, width: 80 }), /^no workloads; /);
});

test('the document has every field, null where there is nothing', () => {
  const { keyId: _, userName: __, ...empty } = workload('a');
  const document = workloadsDocument(told(empty, workload('b', REFUSED)), NOW) as {
    readonly workloads: readonly Record<string, unknown>[];
  };
  const [first, second] = document.workloads;
  assert.deepEqual(Object.keys(first ?? {}), Object.keys(second ?? {}));
  assert.equal(first?.key_id, null);
  assert.equal(first?.last_refused_at, null);
  assert.equal(second?.last_refused_at, REFUSED.lastRefusedAt);
  assert.ok(!Object.values(first ?? {}).includes(undefined));
});
