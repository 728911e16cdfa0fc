// The export, judged by others where they can be had: the schema of OCSF by PyPI's ocsf-json-schema, canonical JSON by
// PyPI's rfc8785, CloudEvents by the rules of its specification.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';
import { canonicalJson } from '../../src/base/canonical-json.ts';
import { chainAll, newHead, soundLine, type TrailFact } from '../../src/lifecycle/trail/line.ts';
import { cloudEvent, exported, ocsfEvent } from '../../src/reports/audit-export.ts';
import { auditLineSchema } from '../../src/reports/audit-report.ts';
import { trailOfTests } from './trail-of-tests.ts';

const ACCOUNT = '123456789012';

/** One line of every step that a trail can have, with and without what may be missing. */
const STEPS = [
  ...['trail-began', 'torn', 'journal-compacted', 'journal-replaced', 'state-copied'],
  ...['run-began', 'run-ended', 'not-rotated', 'kept', 'held-back', 'not-cleaned-up'],
  ...['intended', 'create-refused', 'create-unknown', 'created', 'deactivating', 'deactivated'],
  ...['retired', 'reactivated', 'deleted', 'discarded', 'lapsed', 'undo-given-up', 'undone'],
];
const FACTS = STEPS.flatMap((step, index) => [fact(step, index, true), fact(step, index, false)]);
const LINES = chainAll(newHead(ACCOUNT, 'trail-1'), FACTS).texts.map((text) => {
  const line = soundLine(text);
  assert.ok(line);
  return { line, text, trail: 'trail-1' };
});

function fact(step: string, index: number, isFull: boolean): TrailFact {
  const full = {
    ...{ who: `arn:aws:iam::${ACCOUNT}:user/operator`, user: 'svc-billing', rotation: 'r1' },
    ...{ plan: 'plan-1', reason: 'its successor took its place', request: '1a2b-3c4d' },
    keys: ['AKIAIOSFODNN7EXAMPLE', 'AKIAI44QH8DHBEXAMPLE'],
    detail: { places: [{ kind: 'ssm', place: '/app/Zoë' }], checks: 3, early: false, none: null },
    record: 'f'.repeat(64),
  };
  const nothing = {
    who: null,
    user: null,
    rotation: null,
    plan: null,
    reason: null,
    request: null,
  };
  return {
    ...{ time: new Date(Date.UTC(2026, 0, 1) + index).toISOString(), run: 'run-1', step },
    ...(isFull ? full : { ...nothing, keys: [], detail: {}, record: null }),
  };
}

it('every line fits the published schema', () => {
  const ajv = new Ajv2020({ strict: false });
  const fits = ajv.compile(z.toJSONSchema(auditLineSchema, { io: 'input' }));
  for (const { text } of LINES) assert.ok(fits(JSON.parse(text)), text);
});

it('jsonl is the very line', () => {
  for (const one of LINES) assert.equal(exported(one, 'jsonl'), one.text);
});

it('a CloudEvent has what its specification asks for, and nothing else beside the data', () => {
  const seen = new Set<string>();
  for (const one of LINES) {
    const event = JSON.parse(exported(one, 'cloudevents')) as Record<string, unknown>;
    const { data, ...attributes } = event;
    assert.deepEqual(data, one.line);
    for (const [name, value] of Object.entries(attributes)) {
      assert.match(name, /^[a-z0-9]{1,20}$/);
      assert.ok(typeof value === 'string' && value !== '', name);
    }
    assert.equal(attributes.specversion, '1.0');
    assert.equal(attributes.source, `//keyturn/${ACCOUNT}/trail-1`);
    assert.match(String(attributes.type), /^io\.keyturn\.audit\.[a-z-]+\.v1$/);
    assert.equal(new Date(String(attributes.time)).toISOString(), attributes.time);
    seen.add(`${String(attributes.source)} ${String(attributes.id)}`);
  }
  assert.equal(seen.size, LINES.length);
});

it('an OCSF event says of each answer of AWS what it was, and of the rest that it is something else', () => {
  const told = new Map(
    LINES.map((one) => {
      const { activity_id: id, type_uid: type, api, status_id: status } = ocsfEvent(one) as Event;
      return [one.line.step, `${id} ${type} ${api.operation} ${status}`];
    }),
  );
  assert.equal(told.get('created'), '1 600301 CreateAccessKey 1');
  assert.equal(told.get('create-refused'), '1 600301 CreateAccessKey 2');
  assert.equal(told.get('create-unknown'), '1 600301 CreateAccessKey 0');
  assert.equal(told.get('deactivated'), '3 600303 UpdateAccessKey 1');
  assert.equal(told.get('reactivated'), '3 600303 UpdateAccessKey 1');
  assert.equal(told.get('discarded'), '4 600304 DeleteAccessKey 1');
  assert.equal(told.get('intended'), '99 600399 keyturn:intended 0');
  assert.equal(told.get('not-rotated'), '99 600399 keyturn:not-rotated 2');
  assert.equal(told.get('run-ended'), '99 600399 keyturn:run-ended 1');
});

interface Event {
  readonly activity_id: number;
  readonly type_uid: number;
  readonly status_id: number;
  readonly api: { readonly operation: string };
}

it("OCSF's own schema takes every event", (test) => {
  const python = pythonWith('import ocsf_json_schema, jsonschema');
  if (python === undefined)
    return test.skip('no Python with ocsf-json-schema and jsonschema is here');
  const program = `
import json, sys
from jsonschema import Draft202012Validator
import ocsf_json_schema as o
schema = o.get_ocsf_schema("1.8.0")
embedded = o.OcsfJsonSchemaEmbedded(schema)
wanted = embedded.get_class_schema(class_name="api_activity", profiles=["cloud"])
judge = Draft202012Validator(wanted)
bad = 0
count = 0
for line in sys.stdin:
    count += 1
    for error in judge.iter_errors(json.loads(line)):
        bad += 1
        print(error.json_path, error.message[:200])
print(count, "events", bad, "faults")
`;
  const input = LINES.map((one) => exported(one, 'ocsf')).join('\n');
  const told = execFileSync(python, ['-c', program], { input, encoding: 'utf8' });
  assert.equal(told.trim().split('\n').at(-1), `${LINES.length} events 0 faults`, told);
});

it('canonical JSON is what an implementation of RFC 8785 makes of a line', (test) => {
  const python = pythonWith('import rfc8785');
  if (python === undefined) return test.skip('no Python with rfc8785 is here');
  const program = `
import json, sys, rfc8785
for line in sys.stdin:
    sys.stdout.buffer.write(rfc8785.dumps(json.loads(line)) + b"\\n")
`;
  const texts = [...LINES.map(({ text }) => text), ...trailOfTests(ACCOUNT, 50)];
  const input = texts.map((text) =>
    JSON.stringify(JSON.parse(text), null, 1).replaceAll('\n', ' '),
  );
  const told = execFileSync(python, ['-c', program], { input: input.join('\n'), encoding: 'utf8' });
  assert.deepEqual(told.trimEnd().split('\n'), texts);
  assert.deepEqual(
    texts.map((text) => canonicalJson(JSON.parse(text))),
    texts,
  );
});

/** A Python that can do that: the one that is named, or the one of this machine. */
function pythonWith(imports: string): string | undefined {
  const known = [process.env.KEYTURN_TEST_PYTHON, 'python3'].filter((name) => name !== undefined);
  return known.find((name) => spawnSync(name, ['-c', imports]).status === 0);
}

it('a CloudEvent keeps its name whenever it is exported', () => {
  const [one] = LINES;
  assert.ok(one);
  assert.deepEqual(cloudEvent(one), cloudEvent({ ...one }));
});
