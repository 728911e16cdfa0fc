import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { it } from 'node:test';
import { Secret } from '../base/secret.ts';
import { nodePrograms } from './node-programs.ts';

function beBusy(durationMs: number): void {
  const endMs = Date.now() + durationMs;
  while (Date.now() < endMs);
}

// Whoever hears of the end of one child looks after all of them: so the end of a program can be seen before
// what it has printed. Here another child ends at that moment, and this process is busy right afterwards.
it('what a program has printed is read however busy this process is when it ends', async () => {
  const other = spawn('/bin/sh', ['-c', 'echo first']);
  other.stdout.once('data', () => {
    beBusy(900);
    setImmediate(() => beBusy(400));
  });
  const running = nodePrograms(process.env).run({
    words: ['/bin/sh', '-c', 'sleep 0.8; echo answer'],
    input: new Secret(''),
    secrets: [],
  });
  setTimeout(() => beBusy(400), 0);
  const result = await running;
  assert.equal(result.kind, 'answered');
  assert.equal(result.kind === 'answered' && result.output.reveal(), 'answer\n');
});
