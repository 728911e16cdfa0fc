// Finds out what the references to credentials stand for, once a run.

import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { Environment } from '../base/environment.ts';
import { KeyturnError } from '../base/errors.ts';
import { systemReason } from '../base/files/file-system.ts';
import { homeOf } from '../base/home.ts';
import type { Programs } from '../base/programs.ts';
import { Secret } from '../base/secret.ts';
import { wordsOf } from '../base/words.ts';
import { credentialReference, type PlaceCredentials } from '../destinations/place-credentials.ts';
import { programAt } from './program-at.ts';

const BYTES_MAX = 65_536;

export function placeCredentials(env: Environment, programs: Programs): PlaceCredentials {
  const known = new Map<string, Promise<Secret>>();
  const again = (reference: string): Promise<Secret> => {
    const found = resolved(reference, env, programs);
    known.set(reference, found);
    // What failed is tried again by the next who asks.
    found.catch(() => known.delete(reference));
    return found;
  };
  const resolve = (reference: string) => known.get(reference) ?? again(reference);
  return {
    setting: (name) => env[name] || undefined,
    resolve,
    again,
    fromEnvironment: async (...names) => {
      const name = names.find((each) => env[each]);
      if (name === undefined) return undefined;
      const text = env[name] ?? '';
      return credentialReference(text) === undefined
        ? await resolve(`\${env:${name}}`)
        : await resolve(text);
    },
  };
}

async function resolved(text: string, env: Environment, programs: Programs): Promise<Secret> {
  const reference = credentialReference(text);
  switch (reference?.kind) {
    case 'env':
      return credentialIn(env[reference.name] ?? '', `the variable ${reference.name}`);
    case 'file':
      return credentialIn(await textOf(reference.path, env), `the file ${reference.path}`);
    case 'command':
      return await printedBy(reference.line, env, programs);
    default:
      // Not quoted: it may be the credential itself.
      throw new KeyturnError(
        'not-deliverable',
        'a credential is not named in a form that is known',
        {
          hint: `write \${env:NAME}, \${file:PATH} or \${command:PROGRAM ARG...}`,
        },
      );
  }
}

/** Of one line; files and programs end theirs with a line break. */
function credentialIn(text: string, where: string): Secret {
  const trimmed = text.trim();
  if (trimmed !== '') return new Secret(trimmed);
  throw new KeyturnError('not-deliverable', `${where} holds no credential: it is empty`, {
    hint: 'put the credential there, or name another source of it',
  });
}

async function textOf(path: string, env: Environment): Promise<string> {
  const home = homeOf(env);
  const isBelowHome = path.startsWith('~/') && home !== undefined;
  const full = isBelowHome ? join(home, path.slice(2)) : path;
  const fail = (why: string) =>
    new KeyturnError(
      'not-deliverable',
      `the file ${path} with a credential cannot be read: ${why}`,
      {
        hint: 'check the path, and who may read it',
      },
    );
  if (!isAbsolute(full)) throw fail('its path is not absolute');
  try {
    const info = await stat(full);
    // A pipe would be waited for until somebody writes into it.
    if (!info.isFile()) throw fail('it is no file');
    if (info.size > BYTES_MAX) throw fail(`it has more than ${BYTES_MAX} bytes`);
    return await readFile(full, 'utf8');
  } catch (thrown) {
    if (thrown instanceof KeyturnError) throw thrown;
    throw fail(systemReason(thrown));
  }
}

async function printedBy(line: string, env: Environment, programs: Programs): Promise<Secret> {
  const [program, ...args] = wordsOf(line) ?? [];
  const fail = (why: string) =>
    new KeyturnError(
      'not-deliverable',
      `the command for a credential, ${program ?? line}, ${why}`,
      {
        hint: 'run it by hand: it must print the credential, and nothing else, on stdout',
      },
    );
  if (program === undefined) throw fail('has a quote that is not closed');
  const path = await programAt(program, env);
  if (path === undefined) throw fail('is in no folder of PATH');
  await programs.check(path);
  const result = await programs.run({ words: [path, ...args], input: new Secret(''), secrets: [] });
  if (result.kind === 'answered') {
    return credentialIn(result.output.reveal(), `what ${program} printed`);
  }
  throw fail(`gave none: ${result.reason}`);
}
