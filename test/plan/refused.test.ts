// What is refused before anybody is asked, and that an edited plan can only shrink.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileForNew } from '../../src/app/plan/plan-file.ts';
import { planIdOf } from '../../src/app/plan/plan-id.ts';
import type { PlanDocument } from '../../src/reports/plan-document.ts';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { type PlanStage, planStage, statesOf } from './stage.ts';

const TEXT = `version: 1
defaults: {days_threshold: 90, hold_days: 30, deliver: [handoff]}
rules: [{name: all, match: all}]
`;

async function planned(t: Parameters<typeof planStage>[0], text = TEXT): Promise<PlanStage> {
  const stage = await planStage(t, text);
  stage.addUser({ name: 'app' }, { ageDays: 100 });
  const { code, stderr } = await stage.plan();
  assert.equal(code, 0, stderr);
  stage.sandbox.requests.clear();
  return stage;
}

/** Refused with exit code 2, and without a call. */
async function refuses(stage: PlanStage, says: RegExp, words?: readonly string[]): Promise<void> {
  const refused = await stage.apply(words);
  assert.equal(refused.code, 2, refused.stderr);
  assert.equal(refused.report.errors[0]?.code, 'plan-refused');
  assert.match(refused.stderr, says);
  assert.deepEqual(stage.sandbox.requests.list(), []);
}

async function edit(
  { file, saved }: PlanStage,
  change: (plan: PlanDocument) => void,
  isRecomputed = true,
): Promise<void> {
  const plan = await saved();
  change(plan);
  const plan_id = isRecomputed ? planIdOf(plan) : plan.plan_id;
  await writeFile(file, JSON.stringify({ ...plan, plan_id }));
}

test('a configuration that says something else; its comments and its order may change', async (t) => {
  const stage = await planned(t);
  await stage.configure(TEXT.replace('hold_days: 30', 'hold_days: 31'));
  await refuses(stage, /keyturn\.yaml says something else than when it was made/);
  const other = `# reviewed\nrules: [{match: all, name: all}]\nversion: 1\ndefaults: {deliver: [handoff], hold_days: 30, days_threshold: 90}\n`;
  await stage.configure(other);
  const done = await stage.apply();
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(statesOf(done.report), { app: 'done' });
});

test('a file that is no plan, a plan of a newer format, one that was cut off', async (t) => {
  const stage = await planned(t);
  const { file } = stage;
  const whole = await stage.saved();
  const texts: readonly (readonly [string, RegExp])[] = [
    ['Plan 1234', /it is no JSON/],
    ['{}', /it is no plan of keyturn/],
    [
      JSON.stringify({ ...whole, format: 'keyturn-plan/2.0' }),
      /it has the format "keyturn-plan\/2\.0"/,
    ],
    [JSON.stringify({ ...whole, users: undefined }), /users is not as it must be/],
    [JSON.stringify(whole).slice(0, -20), /it is no JSON/],
  ];
  for (const [text, says] of texts) {
    await writeFile(file, text);
    await refuses(stage, says);
  }
  await refuses(stage, /it cannot be read/, [join(stage.folder, 'none.json')]);
  await refuses(stage, /it is no regular file/, [stage.folder]);
});

test('the command that makes another plan works as it is printed, and writes over no other file', async (t) => {
  const stage = await planned(t);
  const whole = await stage.saved();
  await writeFile(stage.file, 'notes of somebody\n');
  const other = await stage.apply();
  const file = /^ *keyturn plan .*-o (\S+)/m.exec(other.stderr)?.[1] ?? '';
  assert.equal(file, 'plan.json');
  const there = (name: string) => join(stage.folder, name);
  assert.equal(await fileForNew('notes.txt', 'notes of somebody', there), 'plan-2.json');
  await writeFile(stage.file, JSON.stringify({ ...whole, format: 'keyturn-plan/2.0' }));
  const newer = await stage.apply();
  const [, own = ''] = /^ *keyturn plan .*-o (\S+)/m.exec(newer.stderr) ?? [];
  assert.equal(join(stage.folder, own.split('/').at(-1) ?? ''), stage.file);
});

test('a plan of another state, of other decisions, of somebody who is not trusted', async (t) => {
  const stage = await planned(t);
  await edit(stage, (plan) => {
    plan.state = '/elsewhere';
  });
  await refuses(stage, /it was made by the state at \/elsewhere/);
  await edit(stage, (plan) => {
    plan.decisions += 1;
    plan.state = join(stage.folder, 'state');
  });
  await refuses(stage, /this version decides otherwise/);
  await stage.plan('--untrusted');
  stage.sandbox.requests.clear();
  await refuses(stage, /made with --untrusted/);
});

test('an edited plan whose plan_id is not made anew is refused', async (t) => {
  const stage = await planned(t);
  await edit(stage, (plan) => plan.users.pop(), false);
  await refuses(stage, /it was edited/);
});

interface Edit {
  readonly what: string;
  readonly change: (plan: PlanDocument, stage: PlanStage) => void;
  /** What comes of the users; undefined where the plan is refused unasked. */
  readonly state?: Record<string, string>;
  readonly calls: readonly string[];
}

type Step = PlanDocument['users'][number]['keys'][number]['steps'][number];

const keyOf = ({ users }: PlanDocument) => {
  const key = users.find(({ user }) => user === 'app')?.keys[0];
  assert(key);
  return key;
};

const withSteps = (change: (steps: Step[]) => Step[]) => (plan: PlanDocument) => {
  keyOf(plan).steps = change(keyOf(plan).steps);
};

const OTHERS_KEY = 'AKIAIOSFODNN7EXAMPLE';

const EDITS: readonly Edit[] = [
  {
    what: 'steps were added',
    change: (plan, { keysOf }) => {
      const id = keysOf('app')[0]?.id ?? '';
      keyOf(plan).steps.push({ do: 'delete', key_id: id }, { do: 'discard', key_id: id });
    },
    calls: [],
  },
  {
    what: 'its steps have another order',
    change: withSteps((steps) => steps.toReversed()),
    calls: [],
  },
  {
    what: 'it ends another key',
    change: withSteps((steps) =>
      steps.map((step) => (step.do === 'deactivate' ? { ...step, key_id: OTHERS_KEY } : step)),
    ),
    calls: [],
  },
  {
    what: 'a key that is no key',
    change: withSteps((steps) =>
      steps.map((step) => (step.do === 'deactivate' ? { ...step, key_id: 'mine' } : step)),
    ),
    calls: [],
  },
  {
    what: 'the end of the old key was taken out',
    change: withSteps((steps) => steps.filter((step) => step.do !== 'deactivate')),
    state: { app: 'done' },
    calls: ['CreateAccessKey'],
  },
  {
    what: 'the end alone was left',
    change: withSteps((steps) => steps.filter((step) => step.do === 'deactivate')),
    state: { app: 'drifted' },
    calls: [],
  },
  {
    what: 'the key goes to another place',
    change: withSteps((steps) =>
      steps.map((step) => (step.do === 'deliver' ? { ...step, place: 'ssm=/mine' } : step)),
    ),
    state: { app: 'drifted' },
    calls: [],
  },
  {
    what: 'the key goes to one place more',
    change: withSteps((steps) =>
      steps.flatMap((step) =>
        step.do === 'deliver' ? [step, { ...step, place: 'ssm=/mine' }] : [step],
      ),
    ),
    state: { app: 'drifted' },
    calls: [],
  },
  {
    what: 'a user was added',
    change: (plan, { keysOf }) => {
      const [app] = plan.users;
      const id = keysOf('other')[0]?.id ?? '';
      assert(app);
      const keys = app.keys.map((key) => ({
        ...key,
        key_id: id,
        steps: key.steps.map((step) => (step.key_id ? { ...step, key_id: id } : step)),
      }));
      plan.users.push({ ...app, user: 'other', keys });
    },
    state: { app: 'not-begun', other: 'drifted' },
    calls: [],
  },
];

for (const { what, change, state, calls } of EDITS) {
  test(`an edited plan can only shrink: ${what}`, async (t) => {
    const stage = await planned(t);
    stage.sandbox.world.addUser(DEFAULT_ACCOUNT_ID, { name: 'other' });
    stage.sandbox.world.addKey(DEFAULT_ACCOUNT_ID, 'other', { ageDays: 5 });
    await edit(stage, (plan) => change(plan, stage));
    if (state === undefined) {
      await refuses(stage, /its steps of key ….{4} of app are none that keyturn plans/);
    } else {
      const { report, stderr } = await stage.apply();
      assert.deepEqual(statesOf(report), state, stderr);
    }
    assert.deepEqual(stage.changes(), calls);
    assert.equal(stage.keysOf('other').length, 1);
  });
}

test('what a plan is refused with makes it anew when it is pasted', async (t) => {
  const stage = await planned(t);
  await stage.configure(TEXT.replace('hold_days: 30', 'hold_days: 31'));
  const refused = await stage.apply();
  const [words = ''] = /^ {4}keyturn (plan .*)$/m.exec(refused.stderr)?.slice(1) ?? [];
  assert.match(words, / --config \S+keyturn\.yaml/);
  const made = await stage.keyturn(words.split(' '));
  assert.equal(made.code, 0, made.stderr);
  const done = await stage.apply();
  assert.deepEqual(statesOf(done.report), { app: 'done' }, done.stderr);
});
