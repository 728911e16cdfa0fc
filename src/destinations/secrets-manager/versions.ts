// What is the same for a secret with a pair and for two secrets with a half each: versions and their names,
// the bounds of the service, and a rotation of its own.

import { createHash } from 'node:crypto';
import type { SecretStore, SecretVersion } from '../../base/aws-stores.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import type { Remark } from '../remarks.ts';

export const KIND = 'secrets-manager';

/** How often somebody else may get ahead of us before we give up. */
export const TRIES_MAX = 4;
export const PAUSE_MS = 500;

/** AWS's bound for a value (quotas of Secrets Manager). */
export const BYTES_MAX = 65_536;

/**
 * The name of a version: the same content gives the same name, so that a repeat after a lost answer
 * adds no version, and another content never meets a name that is taken. The content has 240 random
 * bits, so its hash gives nothing away.
 */
export function versionIdOf(name: string, content: string): string {
  const hex = createHash('sha256').update(`${name}\n${content}`).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join('-');
}

/** Throws `not-deliverable` for a binary one. */
export function textIn({ text }: SecretVersion, where: string): string {
  if (text !== undefined) return text.reveal();
  throw new KeyturnError('not-deliverable', `${where} is binary, not text`, {
    hint: 'name a secret with a JSON object',
  });
}

/** A store, and where it is told what was found there. */
export interface Looking {
  readonly store: SecretStore;
  readonly remark: Remark;
}

/** A rotation that is switched on and not under way keeps nobody from writing; it will, though. */
async function tellRotator(name: string, { store, remark }: Looking): Promise<void> {
  const rotator = await store.rotator?.(name);
  if (rotator === undefined) return;
  const who = rotator === 'AWS' ? 'AWS itself' : `the function ${rotator}`;
  remark(
    `${who} rotates secret ${name} on a schedule too, and two rotators undo each other: switch that rotation off (aws secretsmanager cancel-rotate-secret)`,
  );
}

/** Whoever reads by a stage of their own has what is on that version, whatever is current. */
async function tellOtherStages(name: string, { store, remark }: Looking): Promise<void> {
  for (const [stage, versionId] of (await store.otherStages?.(name)) ?? []) {
    remark(
      `readers of the stage ${stage} of secret ${name} keep version ${versionId} until somebody moves the stage (aws secretsmanager update-secret-version-stage)`,
    );
  }
}

/**
 * I14: AWSPENDING on another version than AWSCURRENT is how Secrets Manager itself tells that a rotation
 * of its own is under way. It would promote what it has, whatever is current by then.
 */
export async function refuseOwnRotation(
  name: string,
  where: string,
  looking: Looking,
  known?: SecretVersion,
): Promise<void> {
  const { store } = looking;
  const pending = await store.read(name, 'AWSPENDING');
  await tellRotator(name, looking);
  await tellOtherStages(name, looking);
  if (pending === undefined) return;
  const current = known ?? (await store.read(name, 'AWSCURRENT'));
  if (pending.versionId === current?.versionId) return;
  throw new KeyturnError(
    'not-deliverable',
    `a rotation of Secrets Manager's own is under way in ${where}: AWSPENDING is on version ${pending.versionId}`,
    {
      hint: [
        'wait for its end and switch it off, since two rotators undo each other; one that has failed is ended by:',
        command(
          ...['aws', 'secretsmanager', 'update-secret-version-stage', '--secret-id', name],
          ...['--version-stage', 'AWSPENDING', '--remove-from-version-id', pending.versionId],
        ),
      ],
    },
  );
}

export function changesAllTheTime(where: string): KeyturnError {
  return new KeyturnError(
    'delivery-failed',
    `${where} changes all the time; somebody writes to it`,
    {
      hint: 'find what else writes to this secret, then run again',
    },
  );
}

export function changedMeanwhile(where: string): KeyturnError {
  return new KeyturnError('delivery-failed', `${where} was changed while it was put back`, {
    hint: 'run again',
  });
}

export function wordsFor({ region, name }: { readonly region: string; readonly name: string }) {
  return `secret ${name} in ${region}`;
}
