// The directives that run `rotate-iam-keys`, to the end or not.

import assert from 'node:assert/strict';
import { eventually } from '../sandbox/wait.ts';
import { checkDocument } from './documents.ts';
import type { Directive } from './run-script.ts';
import type { Reader } from './stage.ts';
import { checkTold } from './told.ts';

const PROGRAM = 'rotate-iam-keys';

export const ACT: readonly Directive[] = [
  {
    usage: 'rotate-iam-keys ARGUMENTS [| head -c 20, or /dev/full, nobody, nobody reads the log]',
    pattern:
      /^rotate-iam-keys((?: .*?)?)(?: \| (head -c 20|nobody|\/dev\/full|nobody reads the log))?$/,
    perform: async (stage, args, reader) => {
      stage.start(PROGRAM, words(args), reader === '' ? 'all' : (reader as Reader));
      await stage.finish(PROGRAM);
      if (reader === '' || reader === 'nobody reads the log') checkDocument(stage.last);
      if (reader === '') checkTold(stage);
    },
  },
  {
    usage: 'keyturn COMMAND ARGUMENTS',
    pattern: /^keyturn( .*)$/,
    perform: async (stage, args) => {
      stage.start('keyturn', words(args), 'all', 'keyturn');
      await stage.finish('keyturn');
      checkDocument(stage.last);
      checkTold(stage);
    },
  },
  {
    usage: 'keyctl ARGUMENTS',
    pattern: /^keyctl( .*)$/,
    perform: async (stage, args) => {
      stage.start('keyctl', words(args), 'all', 'keyctl');
      await stage.finish('keyctl');
    },
  },
  {
    usage: 'start NAME: rotate-iam-keys ARGUMENTS | keyturn COMMAND ARGUMENTS',
    pattern: /^start (\w+): (rotate-iam-keys|keyturn)((?: .*)?)$/,
    perform: (stage, name, program, args) =>
      stage.start(name, words(args), 'all', program === 'keyturn' ? 'keyturn' : PROGRAM),
  },
  {
    usage: 'wait for OPERATION [of USER] [call N] [to be carried out]',
    pattern: /^wait for (\w+)(?: of (\S+))?(?: call (\d+))?( to be carried out)?$/,
    perform: (stage, operation, user, call, carriedOut) =>
      eventually(() => {
        const found = stage.requests(operation, user === '' ? undefined : user);
        const entry = found[call === '' ? 0 : Number(call) - 1];
        return entry !== undefined && (carriedOut === '' || entry.done);
      }),
  },
  {
    usage: 'wait for STDERR TEXT from NAME',
    pattern: /^wait for "(.*)" from (\w+)$/,
    perform: (stage, text, name) => eventually(() => stage.running(name).stderr.includes(text)),
  },
  {
    usage: 'kill NAME: as kill -9, or a power cut',
    pattern: /^kill (\w+)$/,
    perform: async (stage, name) => {
      stage.running(name).child.kill('SIGKILL');
      await stage.finish(name);
      assert.equal(stage.last.result, 'SIGKILL', `${name} had ended before it was killed`);
    },
  },
  {
    usage: 'interrupt NAME: as Ctrl-C; terminate NAME: as a scheduler',
    pattern: /^(interrupt|terminate) (\w+)$/,
    perform: (stage, how, name) => {
      stage.running(name).child.kill(how === 'interrupt' ? 'SIGINT' : 'SIGTERM');
    },
  },
  {
    usage: 'finish NAME',
    pattern: /^finish (\w+)$/,
    perform: async (stage, name) => {
      await stage.finish(name);
      checkDocument(stage.last);
      checkTold(stage);
    },
  },
];

/** Words as a shell splits them; single and double quotes keep spaces. */
export function words(text: string): string[] {
  const found = text.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g);
  return [...found].map(([word]) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'));
}
