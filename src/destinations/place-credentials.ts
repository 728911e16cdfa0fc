// Where the credentials of places come from: the environment, a file or a command. They never stand in
// clear on a command line or in a configuration file, which others can read.

import type { Secret } from '../base/secret.ts';

export interface PlaceCredentials {
  /** A variable that holds no secret, such as VAULT_ADDR; undefined where it is unset or empty. */
  setting(name: string): string | undefined;
  /**
   * What a reference stands for: `${env:NAME}`, `${file:PATH}` or `${command:PROGRAM ARG...}`. Found out once
   * a run. Throws `not-deliverable`.
   */
  resolve(reference: string): Promise<Secret>;
  /** The same anew, for files and programs whose credential may have changed since. */
  again(reference: string): Promise<Secret>;
  /**
   * The first of the variables that is set. Its value may be a reference to a file or a command. Undefined
   * where none is set.
   */
  fromEnvironment(...names: readonly string[]): Promise<Secret | undefined>;
}

export type CredentialReference =
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'command'; readonly line: string };

/** Undefined for a text that is no reference. */
export function credentialReference(text: string): CredentialReference | undefined {
  const [, kind, rest = ''] = /^\$\{(env|file|command):([^\n]+)\}$/.exec(text) ?? [];
  if (kind === 'env') return /^[A-Za-z_]\w*$/.test(rest) ? { kind, name: rest } : undefined;
  if (kind === 'file') return { kind, path: rest };
  return kind === 'command' ? { kind, line: rest } : undefined;
}

/** How tokens of services begin that mark theirs: nobody writes one of these by accident. */
const TOKEN =
  /(?<![A-Za-z\d])(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|gl(?:pat|cbt|dt|rt|soat|ft|imt|agent|ptt)-[\w.-]{16,}|hv[sbr]\.[\w-]{20,}|s\.[A-Za-z\d]{24}(?![A-Za-z\d])|CCIPAT_\w{16,}|eyJ[\w-]{10,}\.eyJ[\w-]+)/;
/** What has the form of a secret access key. */
const SECRET_KEY =
  /(?<![A-Za-z\d/+])(?=[^\s]*[A-Z])(?=[^\s]*[a-z])(?=[^\s]*\d)[A-Za-z\d+]{40}(?![A-Za-z\d/+=])/;

/** Whether a token of a known form stands in the text in clear. */
export function holdsToken(text: string): boolean {
  return TOKEN.test(text) || SECRET_KEY.test(text);
}
