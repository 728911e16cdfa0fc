// `keyturn sandbox` in a process of its own.

import type { ChildProcess } from 'node:child_process';

/** The environment that it prints when it serves. */
export async function servedBy(child: ChildProcess): Promise<Readonly<Record<string, string>>> {
  let told = '';
  return await new Promise((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      told += text;
      if (!/^export AWS_DEFAULT_REGION=.*\n/m.test(told)) return;
      const assignments = [...told.matchAll(/^export (AWS_\w+|KEYTURN_SANDBOX)=(.*)$/gm)];
      resolve(Object.fromEntries(assignments.map(([, name, value]) => [name, value])));
    });
    child.once('close', (code) => reject(new Error(`the sandbox ended with ${code}: ${told}`)));
  });
}
