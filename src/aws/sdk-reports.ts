// CredentialReports over the SDK.

import { type CallTarget, classifyUnlessStopped } from './classify.ts';
import type { CredentialReports } from './gateway.ts';
import type { QueryClient } from './query-client.ts';
import { GENERATE_CREDENTIAL_REPORT, GET_CREDENTIAL_REPORT } from './query-operations.ts';
import { unreadable } from './sdk-answer.ts';
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
  client: QueryClient,
  target: CallTarget,
  signal?: AbortSignal,
): CredentialReports {
  const request: CredentialReports['request'] = async () => {
    const call = { ...target, permission: 'iam:GenerateCredentialReport' };
    try {
      const { State } = await client.call(GENERATE_CREDENTIAL_REPORT, {}, signal);
      if (State === 'COMPLETE') return 'ready';
      if (State === 'STARTED' || State === 'INPROGRESS') return 'in-progress';
    } catch (thrown) {
      throw classifyUnlessStopped(thrown, call, signal);
    }
    throw unreadable(call);
  };

  const fetch: CredentialReports['fetch'] = async () => {
    const call = { ...target, permission: 'iam:GetCredentialReport' };
    try {
      const answer = await client.call(GET_CREDENTIAL_REPORT, {}, signal);
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
    throw unreadable(call);
  };

  return { request, fetch };
}
