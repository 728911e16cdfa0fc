import assert from 'node:assert/strict';
import { test } from 'node:test';
import { code, escaped } from './markdown.ts';
import type { PlanDocument, PlanKey } from './plan-document.ts';
import { MARKDOWN_MAX, renderPlanMarkdown } from './plan-markdown.ts';

const TIME = '2026-11-28T09:00:00.000Z';

function key(action: PlanKey['action'], why: string): PlanKey {
  return {
    key_id: 'AKIAIOSFODNN7EXAMPLE',
    status: 'Active',
    created_at: '2026-08-01T00:00:00.000Z',
    ...{ action, why, reason: 'any' },
    ...{ last_used: null, not_before: null, deadline: null, code: null, mend: null },
    steps: action === 'rotate' ? [{ do: 'deliver', place: 'ssm=us-east-1:/app/x' }] : [],
    later: [],
  };
}

function planOf(keys: readonly PlanKey[]): PlanDocument {
  const of = (action: PlanKey['action']) => keys.filter((each) => each.action === action).length;
  const place = { at: 'ssm=us-east-1:/app/x', holds: [], version: '1' };
  return {
    ...{ format: 'keyturn-plan/1.0', plan_id: 'ab'.repeat(32), keyturn: '0', decisions: 1 },
    ...{ created_at: TIME, expires_at: TIME, state: '/state', trusted: true },
    config: { path: 'keyturn.yaml', model_sha256: '' },
    scope: { user: null, rule: null, accounts: null },
    ...{ applyable: true, complete: true, errored: false, come_again_at: null },
    counts: {
      ...{ change: of('rotate'), wait: of('wait'), stop: of('blocked') },
      ...{ exempt: 0, not_due: 0, unmatched: 0 },
    },
    accounts: [],
    users: keys.map((each, index) => ({
      ...{ account: '111122223333', user: `svc-${index}`, rule: null, fingerprint: null },
      ...{ facts: {}, policy: {}, open: null, unsettled: [], keys: [each] },
      places: [{ ...place, will: 'write' as const, confirm: 'read-back' as const }],
    })),
    ...{ warnings: [], errors: [] },
  };
}

const many = (action: PlanKey['action'], count: number) =>
  Array.from({ length: count }, () => key(action, 'x'.repeat(60)));

test('what waits is cut first, then the places, and the rest with a count', () => {
  const render = (keys: readonly PlanKey[]) =>
    renderPlanMarkdown(planOf(keys), { file: 'plan.json' });
  const all = render([...many('rotate', 50), ...many('wait', 50)]);
  assert.match(all, /<summary>50 wait<\/summary>/);
  assert.match(all, /`ssm=us-east-1:\/app\/x`/);
  const withoutWaits = render([...many('rotate', 100), ...many('wait', 900)]);
  assert.match(withoutWaits, /^900 more wait: see plan\.json$/m);
  assert.match(withoutWaits, /`ssm=us-east-1:\/app\/x`/);
  const withoutPlaces = render([...many('rotate', 500), ...many('wait', 900)]);
  assert.doesNotMatch(withoutPlaces, /ssm=us-east-1/);
  assert.equal(withoutPlaces.match(/^\| rotate/gm)?.length, 500);
  const cut = render([...many('rotate', 3_000), ...many('blocked', 3_000)]);
  const shown = [cut.match(/^\| rotate/gm), cut.match(/^- svc/gm)].map((rows) => rows?.length ?? 0);
  assert.match(cut, new RegExp(`^${3_000 - (shown[0] ?? 0)} more change: see plan\\.json$`, 'm'));
  assert.match(cut, new RegExp(`^${3_000 - (shown[1] ?? 0)} more stop: see plan\\.json$`, 'm'));
  assert(
    shown.every((count) => count > 100),
    shown.join(),
  );
  for (const page of [all, withoutWaits, withoutPlaces, cut]) assert(page.length <= MARKDOWN_MAX);
});

test('what to do about a stop stands below it, twice for one kind and no more', () => {
  const stop = (at: number): PlanKey => ({
    ...key('blocked', `no room ${at}`),
    code: 'two-active-keys',
    mend: 'make it Inactive:\n  keyturn keys deactivate AKIAIOSFODNN7EXAMPLE',
  });
  const page = renderPlanMarkdown(planOf([stop(1), stop(2), stop(3)]), { file: undefined });
  const told =
    /no room 1\n {2}- make it Inactive:\n {2}- `keyturn keys deactivate AKIAIOSFODNN7EXAMPLE`\n- svc-1/;
  assert.match(page, told);
  assert.equal(page.match(/keyturn keys deactivate/g)?.length, 2);
});

test('text is text', () => {
  assert.equal(
    escaped('a|b `c` <d> [e](f)'),
    'a&#124;b &#96;c&#96; &#60;d&#62; &#91;e&#93;&#40;f&#41;',
  );
  assert.equal(escaped('@team'), '&#64;&#8203;team');
  assert.equal(escaped('fixes #12'), 'fixes &#35;12');
  assert.equal(escaped('ci-GH-12'), 'ci-GH&#8203;-12');
  assert.equal(code('ssm=/a/@team'), '`ssm=/a/@team`');
  // A bar would end the cell, also behind a backslash, and what is behind it would be text with a meaning.
  assert.equal(code('x\\|@team `y'), '<code>x&#92;&#124;&#64;&#8203;team &#96;y</code>');
  assert.equal(escaped('a\nb'), 'a b');
  assert.equal(escaped('https://x.example'), 'https:&#8203;//x.example');
});
