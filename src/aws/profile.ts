// Which profile is in effect, and what it says.

import type { EndpointSources } from './endpoint.ts';
import type { Environment } from './shared-config.ts';

export interface ProfileChoice {
  readonly profile: string | undefined;
  /** The variable that names it; undefined where a person or the program did, or nobody. */
  readonly profileVariable: string | undefined;
}

/** The order of the AWS CLI 2, which knows AWS_DEFAULT_PROFILE too. */
const VARIABLES = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE'] as const;

/** `named` goes before the environment, and then no other credentials of the environment count either. */
export function chooseProfile(named: string | undefined, env: Environment): ProfileChoice {
  if (named) return { profile: named, profileVariable: undefined };
  const profileVariable = VARIABLES.find((name) => env[name]);
  const profile = profileVariable === undefined ? undefined : env[profileVariable];
  return { profile, profileVariable };
}

/** The profile's name, and its settings: none where it does not exist. */
export function profileSettings({ profile, shared }: Pick<EndpointSources, 'profile' | 'shared'>): {
  readonly name: string;
  readonly settings: Readonly<Record<string, string | undefined>>;
} {
  const name = profile ?? 'default';
  return { name, settings: shared.profiles.get(name) ?? {} };
}

/** A setting that is true or not, in the environment or in the profile; anything but `true` is not. */
export function isSwitchedOn(
  sources: EndpointSources,
  variable: string,
  setting: string,
): { readonly source: string } | undefined {
  const { name, settings } = profileSettings(sources);
  const found = [
    { source: variable, text: sources.env[variable] },
    { source: `${setting} of profile ${name}`, text: settings[setting] },
  ].find(({ text }) => text);
  return found?.text?.toLowerCase() === 'true' ? { source: found.source } : undefined;
}
