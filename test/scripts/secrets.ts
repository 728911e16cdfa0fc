// I8 after every script: no secret that the sandbox ever issued is anywhere but in hand-off files
// and in the new_secret_key of a JSON document.

import assert from 'node:assert/strict';
import { withoutPromisedSecrets } from '../secrets/places.ts';
import { SecretIndex } from '../secrets/secret-index.ts';
import { asksForJson } from './documents.ts';
import { filesBelow, type Stage } from './stage.ts';

/** The places that hold one of the secrets, in words. */
export function leaks(secrets: readonly string[], places: ReadonlyMap<string, string>): string[] {
  const index = SecretIndex.of(secrets);
  return [...places].filter(([, text]) => index.isIn(text)).map(([place]) => place);
}

export function checkSecrets(stage: Stage): void {
  const places = new Map<string, string>();
  for (const [path, text] of filesBelow(stage.folder)) {
    // The AWS files in the home directory, and files that are places, are the script's own.
    if (!/\/(?:handoff|home\/\.aws|places)\//.test(path)) places.set(path, text);
  }
  for (const [index, execution] of stage.history.entries()) {
    const { stdout, stderr } = execution;
    places.set(`stderr of run ${index + 1}`, stderr);
    places.set(
      `stdout of run ${index + 1}`,
      asksForJson(execution) ? withoutPromisedSecrets(stdout) : stdout,
    );
  }
  const { world } = stage.sandbox;
  const sessions = [...world.sessions.values()];
  const secrets = [...world.keys.values(), ...sessions].map(({ secret }) => secret);
  secrets.push(...sessions.map(({ token }) => token));
  assert.ok(secrets.length > 0);
  assert.deepEqual(leaks(secrets, places), [], 'these hold a secret');
}
