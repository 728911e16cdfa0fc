// What the lean client throws of its own: with the names that the SDK has for the same.

export type FailureName = 'AbortError' | 'TimeoutError' | 'Error';

export class CallFailure extends Error {
  override readonly name: FailureName;
  /** As Node's network failures have one; left out where the SDK's have none. */
  declare readonly code?: string;

  constructor(name: FailureName, message: string, more: { code?: string; cause?: unknown } = {}) {
    super(message, more.cause === undefined ? {} : { cause: more.cause });
    this.name = name;
    if (more.code !== undefined) this.code = more.code;
  }
}
