// A program of the operator's: it reads the message on stdin, as JSON, and its exit code says whether it was told.

import { KeyturnError } from '../../../base/errors.ts';
import { Secret } from '../../../base/secret.ts';
import { programAt } from '../../program-at.ts';
import { type Channel, type ChannelSurroundings, SEND_MS } from './channel.ts';
import { documentOf } from './document.ts';

export function programChannel(
  {
    name,
    run: [program = '', ...args],
  }: { readonly name: string; readonly run: readonly string[] },
  { programs, env }: ChannelSurroundings,
): Channel {
  const fail = (why: string) =>
    new KeyturnError(
      'notification-failed',
      `the program of the channel ${name}, ${program}, ${why}`,
      {
        hint: 'run it by hand: it reads JSON on stdin, and ends with 0 once the message is told',
      },
    );
  return {
    name,
    kind: 'run',
    writesToOwners: false,
    send: async (message, signal) => {
      const path = await programAt(program, env);
      if (path === undefined) throw fail('is in no folder of PATH');
      await programs.check(path);
      const result = await programs.run({
        ...{ words: [path, ...args], secrets: [], signal, limitMs: SEND_MS, isChatty: true },
        input: new Secret(`${JSON.stringify(documentOf(message))}\n`),
      });
      if (result.kind === 'answered') return;
      throw fail(`did not do it: ${result.reason}${result.lastLine ? `: ${result.lastLine}` : ''}`);
    },
  };
}
