/** Why a script cannot go on; the message is the one line that its reader sees. */
export class ScriptError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ScriptError';
  }
}

/** Runs a script, whose foreseen failures are one line on stderr and exit code 1. */
export async function failingPlainly(name: string, main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    const isForeseen = thrown instanceof ScriptError || /^(?:ERR_PARSE_ARGS|E[A-Z]+$)/.test(code);
    if (!isForeseen) throw thrown;
    process.stderr.write(`${name}: error: ${(thrown as Error).message}\n`);
    process.exitCode = 1;
  }
}
