// CredentialReports over the SDK.

import {
  GenerateCredentialReportCommand,
  GetCredentialReportCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import { type CallTarget, classifyUnlessStopped } from './classify.ts';
import type { CredentialReports } from './gateway.ts';
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
    throw unreadable(call);
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
    throw unreadable(call);
  };

  return { request, fetch };
}
