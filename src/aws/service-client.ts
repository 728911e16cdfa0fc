// What the clients of further services have in common: credentials, wire, retries, and one wording of
// what goes wrong. Their calls may all be repeated: each write names its own result.

import { NO_SUCH_THING } from '../base/aws-stores.ts';
import { KeyturnError } from '../base/errors.ts';
import { command } from '../base/hint.ts';
import { bySetting, CREATE_MISSING } from '../base/settings-words.ts';
import { classifyUnlessStopped, isMarkedForDeletion, isMissingResource } from './classify.ts';
import { type ClientSettings, commonConfig } from './clients.ts';
import type { CredentialProvider } from './credential-provider.ts';
import { repeatableRetries } from './retry.ts';

export interface ServiceSetup {
  readonly settings: ClientSettings;
  readonly credentials: CredentialProvider;
  readonly account: string;
  /** Undefined means AWS's own endpoint of the region. */
  readonly endpoint: string | undefined;
  readonly signal: AbortSignal | undefined;
}

export function serviceConfig({ settings, credentials, endpoint }: ServiceSetup) {
  return {
    ...commonConfig(settings),
    credentials,
    requestHandler: settings.wire.shared,
    retryStrategy: repeatableRetries(settings.patience),
    ...(endpoint !== undefined && { endpoint }),
  };
}

/** Reads end when the run is stopped; a write is always awaited, as everywhere (I13). */
export function readOptions({ signal }: ServiceSetup): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

export function serviceFailure(
  thrown: unknown,
  permission: string,
  { endpoint, settings, signal }: ServiceSetup,
) {
  return classifyUnlessStopped(thrown, { permission, endpoint, region: settings.region }, signal);
}

/** The thing that a call was about. */
export interface Resource {
  /** In words: `secret app/svc-billing`. */
  readonly what: string;
  /** The words of the command that makes one. */
  readonly madeBy: readonly string[];
  /** The words of the command that brings one back which is marked for deletion. */
  readonly restoredBy?: readonly string[];
}

/** The same for a call about one thing: `not-deliverable` where that does not exist. */
export function resourceFailure(
  thrown: unknown,
  { permission, resource }: { readonly permission: string; readonly resource: Resource },
  setup: ServiceSetup,
): KeyturnError {
  const { account, settings } = setup;
  if (isMarkedForDeletion(thrown)) {
    return new KeyturnError(
      'not-deliverable',
      `${resource.what} of ${accountShown(account)} in region ${settings.region} is marked for deletion, so nobody can read it`,
      {
        cause: NO_SUCH_THING,
        hint: [
          'where it is still wanted, bring it back:',
          command(...(resource.restoredBy ?? []), '--region', settings.region),
        ],
      },
    );
  }
  if (!isMissingResource(thrown)) return serviceFailure(thrown, permission, setup);
  return new KeyturnError(
    'not-deliverable',
    `${accountShown(account)} has no ${resource.what} in region ${settings.region}`,
    {
      cause: NO_SUCH_THING,
      hint: [
        bySetting(CREATE_MISSING, (how) => {
          const region = how === CREATE_MISSING.flag ? '--region' : 'the "region" beside the place';
          return `check the name and ${region}; have it made with ${how}, or make it yourself:`;
        }),
        command(...resource.madeBy, '--region', settings.region),
      ],
    },
  );
}

/** Empty where something is read before anybody asked whose account it is. */
function accountShown(account: string): string {
  return account === '' ? 'the account of the caller' : `account ${account}`;
}
