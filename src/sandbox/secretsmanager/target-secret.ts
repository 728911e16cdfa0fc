// Which secret a call is about: by name or ARN, in the region that the call is signed for.

import { optionalString, requiredString } from '../json-input.ts';
import type { Call, Resource } from '../operation.ts';
import { Refusal } from '../refusal.ts';
import { lagMs } from '../settings.ts';
import { type Secret, type SecretState, secretPlace } from './secret.ts';

export const SERVICE = 'secretsmanager';

/** Where a secret of that name is kept among those of the account. */
export function placeOf(call: Call, name: string): string {
  return secretPlace(call.caller.region, name);
}

/** The secret the call names. Throws ResourceNotFoundException. */
export function targetSecret(call: Call): Secret {
  const secret = findSecret(call, requiredString(call, 'SecretId'));
  if (secret === undefined) throw noSuchSecret();
  return secret;
}

/** As a reader sees it, which may be as it was a while ago. */
export function seenState(call: Call, secret: Secret): SecretState {
  const { clock, settings } = call.world;
  const state = secret.states.seen(clock.nowMs(), lagMs(settings.readLagSeconds, SERVICE));
  if (state === undefined) throw noSuchSecret();
  return state;
}

/** Its newest state, unless it is marked for deletion. */
export function openState(secret: Secret): SecretState {
  return unmarked(secret.states.newest);
}

export function unmarked(state: SecretState): SecretState {
  if (state.deletionDate === undefined) return state;
  throw new Refusal(
    'InvalidRequestException',
    400,
    "You can't perform this operation on the secret because it was marked for deletion.",
  );
}

export function writeState(call: Call, secret: Secret, change: Partial<SecretState>): void {
  const changeDate = call.world.clock.now();
  secret.states.write(changeDate.getTime(), { ...secret.states.newest, changeDate, ...change });
}

/** The secret as a resource. One that is not there has no ARN, so one is made from its name. */
export function targetSecretResource(call: Call): Resource {
  const secretId = optionalString(call, 'SecretId') ?? optionalString(call, 'Name') ?? '';
  const known = findSecret(call, secretId);
  const { account, caller } = call;
  const made = `arn:${account.partition}:${SERVICE}:${caller.region}:${account.id}:secret:${secretId}`;
  return { arn: known?.arn ?? (secretId.startsWith('arn:') ? secretId : made) };
}

export function findSecret(call: Call, secretId: string): Secret | undefined {
  const { secrets } = call.account;
  const place = secretId.startsWith('arn:')
    ? [...secrets].find(([, { arn }]) => arn === secretId || withoutSuffix(arn) === secretId)?.[0]
    : placeOf(call, secretId);
  const secret = place === undefined ? undefined : secrets.get(place);
  if (place === undefined || secret === undefined) return undefined;
  const { deletionDate } = secret.states.newest;
  if (deletionDate === undefined || deletionDate.getTime() > call.world.clock.nowMs()) {
    return secret;
  }
  secrets.delete(place);
  return undefined;
}

/** AWS adds a hyphen and six letters to the name in an ARN, and finds the secret without them. */
function withoutSuffix(arn: string): string {
  return arn.slice(0, -7);
}

function noSuchSecret(): Refusal {
  const message = "Secrets Manager can't find the specified secret.";
  return new Refusal('ResourceNotFoundException', 400, message);
}
