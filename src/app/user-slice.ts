// A slice of the users of an account, so that several processes can share a large one: each user is in exactly one
// of so many slices, whoever comes and goes meanwhile.

import { createHash } from 'node:crypto';
import { comparableUserName } from '../base/user-name.ts';

export interface UserSlice {
  /** From 1. */
  readonly part: number;
  readonly of: number;
}

export const SLICES_MAX = 1_000;

/** `2/8`; undefined for what is no slice. */
export function readSlice(text: string): UserSlice | undefined {
  const [, part = '', of = ''] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? [];
  const slice = { part: Number(part), of: Number(of) };
  const isOne = slice.part >= 1 && slice.part <= slice.of && slice.of <= SLICES_MAX;
  return isOne ? slice : undefined;
}

export function inSlice(user: string, { part, of }: UserSlice): boolean {
  const digest = createHash('sha256').update(comparableUserName(user)).digest();
  return digest.readUInt32BE(0) % of === part - 1;
}
