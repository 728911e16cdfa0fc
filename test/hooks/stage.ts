// An account and a configuration with hooks: programs that write down what they were told, and a service on this
// machine that answers as it is told to.

import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { stageOf } from '../config/stage.ts';

/** What a hook was told. */
export interface Told {
  readonly event: string;
  readonly user_name: string;
  readonly old_key_id: string;
  readonly new_key_id: string;
  readonly rotation_id: string;
  readonly run_id: string;
  readonly account_id: string;
  readonly places: readonly { readonly kind: string; readonly place: string }[];
  readonly attempt: number;
}

export async function hooksStage(t: TestContext) {
  const stage = await stageOf(t);
  const { folder } = stage;
  /** A program that keeps what it reads in `NAME.told`, and then does what the lines of the shell say. */
  const program = (name: string, lines: string): string => {
    const path = join(folder, name);
    const text = `#!/bin/sh\ncat >> '${path}.told'\n${lines}\n`;
    writeFileSync(path, text, { mode: 0o700 });
    return path;
  };
  const toldTo = (path: string): readonly Told[] => {
    try {
      const lines = readFileSync(`${path}.told`, 'utf8').trim().split('\n');
      return lines.map((line) => JSON.parse(line) as Told);
    } catch {
      return [];
    }
  };
  return { ...stage, program, toldTo };
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** A service on this machine; `answer` does with each call what a test wants. */
export async function service(
  t: TestContext,
  answer: (response: ServerResponse, asked: Asked, count: number) => void,
) {
  const asked: Asked[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, authorization: headers.authorization, body };
      asked.push(one);
      answer(response, one, asked.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked };
}

/** A configuration of one rule for everybody, with these lines below `hooks:`. */
export function withHooks(hooks: string, policy = 'retire: when-quiet'): string {
  return `version: 1
rules:
  - name: all
    match: all
    hold_days: never
    ${policy}
    deliver: [handoff]
    hooks:
      ${hooks.trim().split('\n').join('\n      ')}
`;
}
