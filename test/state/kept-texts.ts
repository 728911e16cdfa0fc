// Secrets of Secrets Manager without a wire, and what goes wrong on the way to them.

import type { AwsKeptTexts, VersionedText } from '../../src/base/aws-custody.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import type { Mishap } from './in-tables.ts';

export interface KeptTexts extends AwsKeptTexts {
  /** All that is there, by name. */
  readonly all: Map<string, VersionedText>;
}

export function newKeptTexts(): KeptTexts {
  const all = new Map<string, VersionedText>();
  return {
    all,
    region: 'us-east-1',
    create: async (name, text) => {
      if (all.has(name)) return false;
      all.set(name, text);
      return true;
    },
    replace: async (name, text) => void all.set(name, text),
    read: async (name) => all.get(name)?.text,
    remove: async (name) => void all.delete(name),
  };
}

/** A client that gave up throws, whatever became of its call. */
export function hurtTexts(texts: AwsKeptTexts, mishap: () => Mishap | undefined): AwsKeptTexts {
  const late: (() => Promise<unknown>)[] = [];
  const sent = async <T>(serve: () => Promise<T>): Promise<T> => {
    const what = mishap();
    if (what === 'late') late.push(serve);
    if (what === 'before' || what === 'throttled' || what === 'late') throw gaveUp(what);
    const served = await serve();
    if (what === 'twice') await serve();
    for (const land of late.splice(0)) await land();
    if (what === 'after') throw gaveUp(what);
    return served;
  };
  return {
    region: texts.region,
    create: (name, text, how) => sent(() => texts.create(name, text, how)),
    replace: (name, text) => sent(() => texts.replace(name, text)),
    read: (name) => sent(() => texts.read(name)),
    remove: (name) => sent(() => texts.remove(name)),
  };
}

function gaveUp(what: Mishap): KeyturnError {
  return new KeyturnError('aws-error', `no answer of secretsmanager (${what})`);
}
