// GenerateCredentialReport, GetCredentialReport: states, ages and errors of the one report that
// an account has. Its rows are made in report-rows.ts.

import type { AccessKey, CredentialReport } from '../model.ts';
import type { Call, Operation } from '../operation.ts';
import { Refusal } from '../refusal.ts';
import type { ResultFields } from '../result.ts';
import { reportCsv } from './report-rows.ts';
import { anyResource } from './target-user.ts';

/** A report is kept this long; asking again within the time gives the same one. */
const KEPT_MS = 4 * 60 * 60 * 1000;

export const credentialReportOperations: Readonly<Record<string, Operation>> = {
  GenerateCredentialReport: { access: 'read', resource: anyResource, run: generateReport },
  GetCredentialReport: { access: 'read', resource: anyResource, run: getReport },
};

type ReportState = 'none' | 'in-progress' | 'ready' | 'expired';

function generateReport(call: Call): ResultFields {
  switch (stateOf(call)) {
    case 'ready':
      return { State: 'COMPLETE' };
    case 'in-progress':
      return { State: 'INPROGRESS' };
    case 'none':
    case 'expired':
      call.account.report = newReport(call);
      if (stateOf(call) === 'ready') return { State: 'COMPLETE' };
      return {
        State: 'STARTED',
        Description: 'No report exists. Starting a new report generation task',
      };
  }
}

function getReport(call: Call): ResultFields {
  const { report } = call.account;
  switch (stateOf(call)) {
    case 'none':
      throw new Refusal('ReportNotPresent', 410, 'Unknown');
    case 'expired':
      throw new Refusal('ReportExpired', 410, 'Unknown');
    case 'in-progress':
      throw new Refusal('ReportInProgress', 404, 'Unknown');
    case 'ready':
      return {
        Content: Buffer.from(report?.csv ?? '').toString('base64'),
        ReportFormat: 'text/csv',
        GeneratedTime: report?.generatedAt,
      };
  }
}

function stateOf(call: Call): ReportState {
  const { report } = call.account;
  if (report === undefined || isPastSeeded(call, report)) return 'none';
  const nowMs = call.world.clock.nowMs();
  if (nowMs < report.readyAtMs) return 'in-progress';
  return nowMs - report.generatedAt.getTime() < KEPT_MS ? 'ready' : 'expired';
}

function idOf({ id }: AccessKey): string {
  return id;
}

/** A key that was given an age after the report was made would have been in it. */
function isPastSeeded({ account }: Call, { generatedAt, keyIds }: CredentialReport): boolean {
  const madeAtMs = Math.floor(generatedAt.getTime() / 1000) * 1000;
  return [...account.users.values()].some(({ keys }) =>
    keys.some(({ id, createDate }) => createDate.getTime() < madeAtMs && !keyIds.has(id)),
  );
}

function newReport(call: Call): CredentialReport {
  const { clock, settings } = call.world;
  return {
    generatedAt: clock.now(),
    readyAtMs: clock.nowMs() + settings.reportSeconds * 1000,
    csv: reportCsv(call),
    keyIds: new Set([...call.account.users.values()].flatMap(({ keys }) => keys.map(idOf))),
  };
}
