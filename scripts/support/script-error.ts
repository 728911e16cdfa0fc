/** Why a script cannot go on; the message is the one line that its reader sees. */
export class ScriptError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ScriptError';
  }
}
