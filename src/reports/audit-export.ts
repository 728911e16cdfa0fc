// Lines of the audit trail in the words of others: CloudEvents 1.0, and OCSF 1.8.0 (API Activity, class 6003).

import { VERSION } from '../base/version.ts';
import { isIntentWord } from '../lifecycle/trail/fact.ts';
import { sha256, type TrailLine } from '../lifecycle/trail/line.ts';

export const EXPORT_FORMATS = ['jsonl', 'cloudevents', 'ocsf'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** A line, the text that it is kept as, and the trail that it stands in. */
export interface ExportedLine {
  readonly line: TrailLine;
  readonly text: string;
  readonly trail: string;
}

/** One line of the export, without its newline. */
export function exported(one: ExportedLine, format: ExportFormat): string {
  if (format === 'jsonl') return one.text;
  return JSON.stringify(format === 'ocsf' ? ocsfEvent(one) : cloudEvent(one));
}

/** Source and ID name the line for good: who gets it twice can tell. */
export function cloudEvent({ line, trail }: ExportedLine): object {
  const { account, seq, step, time, user } = line;
  return {
    specversion: '1.0',
    id: `${account}/${seq}`,
    source: `//keyturn/${account}/${trail}`,
    type: `io.keyturn.audit.${step}.v1`,
    ...(user !== null && { subject: `user/${user}` }),
    ...{ time, datacontenttype: 'application/json', sequence: String(seq), data: line },
  };
}

const OCSF_VERSION = '1.8.0';
const CLASS = { uid: 6003, name: 'API Activity' } as const;

interface Activity {
  readonly id: number;
  readonly name: string;
  readonly operation: string;
}

const CREATE: Activity = { id: 1, name: 'Create', operation: 'CreateAccessKey' };
const UPDATE: Activity = { id: 3, name: 'Update', operation: 'UpdateAccessKey' };
const DELETE: Activity = { id: 4, name: 'Delete', operation: 'DeleteAccessKey' };

/** Steps that tell of an answer of AWS. */
const CALLS: Readonly<Record<string, Activity>> = {
  created: CREATE,
  'create-refused': CREATE,
  'create-unknown': CREATE,
  deactivated: UPDATE,
  retired: UPDATE,
  reactivated: UPDATE,
  deleted: DELETE,
  discarded: DELETE,
};

const FAILURES: ReadonlySet<string> = new Set([
  'create-refused',
  'not-rotated',
  'not-cleaned-up',
  'undo-given-up',
]);
const UNKNOWN: ReadonlySet<string> = new Set(['create-unknown', 'lapsed']);

/** Whatever is no answer of AWS is told as another activity, by its step. */
export function ocsfEvent({ line, text, trail }: ExportedLine): object {
  const { step, reason, request, who, run, seq, account } = line;
  const call = Object.hasOwn(CALLS, step) ? CALLS[step] : undefined;
  const { id, name, operation } = call ?? { id: 99, name: step, operation: `keyturn:${step}` };
  const service = call === undefined ? 'keyturn' : 'iam.amazonaws.com';
  return {
    ...{
      activity_id: id,
      activity_name: name,
      category_uid: 6,
      category_name: 'Application Activity',
    },
    ...{ class_uid: CLASS.uid, class_name: CLASS.name, type_uid: CLASS.uid * 100 + id },
    ...{ severity_id: FAILURES.has(step) ? 3 : 1, ...statusOf(step) },
    time: Date.parse(line.time),
    ...(reason !== null && { message: reason, status_detail: reason }),
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'keyturn', vendor_name: 'keyturn', version: VERSION },
      ...{ uid: `${account}/${seq}`, sequence: seq, correlation_uid: run, log_name: trail },
      profiles: ['cloud'],
    },
    actor: { app_name: 'keyturn', ...(who !== null && { user: { uid: who } }) },
    api: {
      ...{ operation, service: { name: service } },
      ...(request !== null && { request: { uid: request } }),
    },
    src_endpoint: { svc_name: 'keyturn' },
    cloud: { provider: 'AWS', account: { uid: account, type_id: 10 } },
    resources: resourcesOf(line),
    ...{ raw_data: text, raw_data_hash: { algorithm_id: 3, value: sha256(text) } },
    unmapped: unmappedOf(line),
  };
}

function statusOf(step: string): { readonly status_id: number } {
  if (FAILURES.has(step)) return { status_id: 2 };
  return { status_id: UNKNOWN.has(step) || isIntentWord(step) ? 0 : 1 };
}

function resourcesOf({ user, keys }: TrailLine): readonly object[] {
  const owner = user === null ? {} : { owner: { name: user } };
  if (keys.length === 0 && user !== null) return [{ type: 'AWS::IAM::User', name: user }];
  return keys.map((uid) => ({ type: 'AWS::IAM::AccessKey', uid, ...owner }));
}

function unmappedOf({ step, rotation, plan, detail, prev, hash, record }: TrailLine): object {
  return { step, rotation, plan, detail, prev, hash, record };
}
