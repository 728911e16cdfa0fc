// Which parameter a call is about, in the region that the call is signed for.

import { optionalString, requiredString } from '../json-input.ts';
import type { Call, Resource } from '../operation.ts';
import { Refusal } from '../refusal.ts';
import { lagMs } from '../settings.ts';
import {
  arnOfParameter,
  type Parameter,
  type ParameterState,
  parameterPlace,
} from './parameter.ts';

export const SERVICE = 'ssm';

/** Where a parameter of that name is kept among those of the account. */
export function placeOf(call: Call, name: string): string {
  return parameterPlace(call.caller.region, name);
}

/** A name without the spaces around it, and what stands behind a colon: a version or a label. */
export interface Selected {
  readonly name: string;
  readonly selector: string | undefined;
}

export function readName(call: Call, member = 'Name'): Selected {
  const given = requiredString(call, member).trim();
  const name = given.startsWith('arn:') ? nameOfArn(call, given) : given;
  const [plain = '', selector] = name.split(':');
  return { name: plain, selector };
}

/** ARNs drop the slash that a hierarchy's name begins with, so both spellings are tried. */
function nameOfArn(call: Call, arn: string): string {
  const [, path = ''] = arn.split(':parameter/');
  const [plain = ''] = path.split(':');
  return call.account.parameters.has(placeOf(call, plain)) ? path : `/${path}`;
}

/** The parameter of that name. Throws ParameterNotFound, which has no text in AWS. */
export function parameterNamed(call: Call, name: string): Parameter {
  const parameter = call.account.parameters.get(placeOf(call, name));
  if (parameter === undefined) throw noSuchParameter();
  return parameter;
}

/** As a reader sees it, which may be as it was a while ago. */
export function seenState(call: Call, { states }: Parameter): ParameterState {
  const { clock, settings } = call.world;
  const state = states.seen(clock.nowMs(), lagMs(settings.readLagSeconds, SERVICE));
  if (state === undefined) throw noSuchParameter();
  return state;
}

export function writeState(
  call: Call,
  { states }: Parameter,
  change: Partial<ParameterState>,
): void {
  states.write(call.world.clock.nowMs(), { ...states.newest, ...change });
}

export function parameterArn({ account, caller }: Call, name: string): string {
  return arnOfParameter(account, caller.region, name);
}

export function parameterResource(call: Call): Resource {
  const member = optionalString(call, 'Name') === undefined ? 'ResourceId' : 'Name';
  if (optionalString(call, member) === undefined) return { arn: '*' };
  return { arn: parameterArn(call, readName(call, member).name) };
}

function noSuchParameter(): Refusal {
  return new Refusal('ParameterNotFound', 400, '');
}
