// CredentialReports over the SDK.

import {
  GenerateCredentialReportCommand,
  GetAccountSummaryCommand,
  GetCredentialReportCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import { KeyturnError } from '../base/errors.ts';
import { type CallTarget, classifyUnlessStopped } from './classify.ts';
import type { CredentialReports } from './gateway.ts';
import { readFailure } from './sdk-failure.ts';

/** AWS's codes for "not yet", and for "there is none (any more)". */
const IN_PROGRESS = new Set(['ReportInProgress', 'CredentialReportNotReadyException']);
const ABSENT = new Set([
  'ReportNotPresent',
  'ReportExpired',
  'CredentialReportNotPresentException',
  'CredentialReportExpiredException',
]);

export function createReports(
  client: IAMClient,
  target: CallTarget,
  signal?: AbortSignal,
): CredentialReports {
  const sendOptions = signal === undefined ? {} : { abortSignal: signal };

  const request: CredentialReports['request'] = async () => {
    const call = { ...target, permission: 'iam:GenerateCredentialReport' };
    try {
      const { State } = await client.send(new GenerateCredentialReportCommand(), sendOptions);
      if (State === 'COMPLETE') return 'ready';
      if (State === 'STARTED' || State === 'INPROGRESS') return 'in-progress';
    } catch (thrown) {
      throw classifyUnlessStopped(thrown, call, signal);
    }
    throw unreadable(call.permission);
  };

  const fetch: CredentialReports['fetch'] = async () => {
    const call = { ...target, permission: 'iam:GetCredentialReport' };
    try {
      const answer = await client.send(new GetCredentialReportCommand(), sendOptions);
      const { Content: content, GeneratedTime: generatedAt } = answer;
      if (content !== undefined && generatedAt !== undefined) {
        return { csv: Buffer.from(content).toString('utf8'), generatedAt };
      }
    } catch (thrown) {
      const { awsCode = '' } = readFailure(thrown);
      if (IN_PROGRESS.has(awsCode)) return 'in-progress';
      if (ABSENT.has(awsCode)) return 'absent';
      throw classifyUnlessStopped(thrown, call, signal);
    }
    throw unreadable(call.permission);
  };

  const countUsers: CredentialReports['countUsers'] = async () => {
    const call = { ...target, permission: 'iam:GetAccountSummary' };
    try {
      const { SummaryMap } = await client.send(new GetAccountSummaryCommand(), sendOptions);
      const { Users: users } = SummaryMap ?? {};
      if (users !== undefined && Number.isSafeInteger(users)) return users;
    } catch (thrown) {
      throw classifyUnlessStopped(thrown, call, signal);
    }
    throw unreadable(call.permission);
  };

  return { request, fetch, countUsers };
}

function unreadable(permission: string): KeyturnError {
  return new KeyturnError(
    'aws-error',
    `${permission} was answered with something that is not aws's answer`,
    { hint: 'check for a proxy between this machine and the endpoint' },
  );
}
