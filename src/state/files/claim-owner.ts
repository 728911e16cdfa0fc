// What a claim file says about its owner, and when an owner counts as gone.

import { z } from 'zod';
import type { ProcessIdentity, ProcessTable } from './process-table.ts';

/**
 * How long a claim of another machine is respected after its last sign of life. Such a machine can
 * not be asked, so this must be longer than any two journaled steps of a living run lie apart.
 */
export const CLAIM_EXPIRY_MS = 60 * 60 * 1000;

const ownerSchema = z.object({
  format_version: z.literal(1),
  nonce: z.string().regex(/^[0-9a-f]{16,64}$/),
  run: z.string(),
  pid: z.number().int().positive(),
  process_start: z.string().nullable(),
  host: z.string(),
  machine_id: z.string().nullable(),
  boot_id: z.string().nullable(),
  pid_namespace: z.string().nullable(),
  claimed_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
});

export type ClaimOwner = z.infer<typeof ownerSchema>;

/** A claim without its name. */
export interface MadeClaim {
  readonly temporary: string;
  readonly owner: ClaimOwner;
}

/** Undefined for text that is no claim: torn by a crash, or of a newer version. */
export function parseOwner(text: string): ClaimOwner | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const checked = ownerSchema.safeParse(parsed);
  return checked.success ? checked.data : undefined;
}

export function newOwner(
  self: ProcessIdentity,
  claim: { readonly nonce: string; readonly run: string; readonly now: Date },
): ClaimOwner {
  return {
    format_version: 1,
    nonce: claim.nonce,
    run: claim.run,
    pid: self.pid,
    process_start: self.processStart,
    host: self.host,
    machine_id: self.machineId,
    boot_id: self.bootId,
    pid_namespace: self.pidNamespace,
    claimed_at: claim.now.toISOString(),
    expires_at: expiryAfter(claim.now),
  };
}

/** ISO text of constant length, so that a claim is renewed in place. */
export function expiryAfter(now: Date): string {
  return new Date(now.getTime() + CLAIM_EXPIRY_MS).toISOString();
}

/** Of an owner whose fate is `unknown`, the claim lasts until it has expired. */
export type OwnersFate = 'gone' | 'alive' | 'unknown';

/**
 * What became of an owner. One row per case, first match wins:
 *
 * | machine, boot and pid namespace                | fate                                            |
 * |------------------------------------------------|-------------------------------------------------|
 * | same host, machine and namespace, other boot   | gone: the machine was restarted                 |
 * | same host, boot and namespace                  | gone when the process ended, or its ID was reused |
 * | anything else: another machine or container    | unknown                                         |
 *
 * Machines can share a host name, and containers share a boot, so neither proves anything alone.
 * Containers of one image share a machine ID too. What a system does not tell is the same as nothing:
 * two that tell nothing may be two (I9). A living owner on this machine is never taken over, even when
 * its claim has expired: it may have been suspended.
 */
export async function fateOf(
  owner: ClaimOwner,
  self: ProcessIdentity,
  processes: ProcessTable,
): Promise<OwnersFate> {
  const isHere = owner.host === self.host && isSame(owner.pid_namespace, self.pidNamespace);
  if (isHere && isSame(owner.machine_id, self.machineId) && isOther(owner.boot_id, self.bootId)) {
    return 'gone';
  }
  if (!isHere || !isSame(owner.boot_id, self.bootId)) return 'unknown';
  const found = await processes.find(owner.pid);
  if (found === undefined) return 'gone';
  if (owner.process_start === null || found.processStart === null) return 'alive';
  return owner.process_start === found.processStart ? 'alive' : 'gone';
}

function isSame(one: string | null, other: string | null): boolean {
  return one !== null && one === other;
}

function isOther(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one !== other;
}

export function isExpired(owner: ClaimOwner, now: Date): boolean {
  return now.getTime() >= new Date(owner.expires_at).getTime();
}

/** As it is written into the file. */
export function encodeOwner(owner: ClaimOwner): Buffer {
  return Buffer.from(`${JSON.stringify(owner)}\n`);
}

export function isRenewalDue(owner: ClaimOwner, now: Date): boolean {
  const leftMs = new Date(owner.expires_at).getTime() - now.getTime();
  return leftMs < CLAIM_EXPIRY_MS * (2 / 3);
}
