// What the sandbox answers when it says no: AWS's code, HTTP status and text.

/** An answer that refuses a request. It is part of the emulated behaviour, not a fault of ours. */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;
  /** What a JSON service says beside code and text. */
  readonly details: Readonly<Record<string, unknown>> = {};

  constructor(code: string, status: number, message: string) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.status = status;
  }
}

/** A refusal that tells more than its text. */
export class DetailedRefusal extends Refusal {
  override readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, details: Readonly<Record<string, unknown>>) {
    super(code, 400, message);
    this.details = details;
  }
}

/** A refusal in the form of one protocol. */
export interface Failure {
  readonly code: string;
  readonly status: number;
  readonly body: string;
}

export function validationError(message: string): Refusal {
  return new Refusal('ValidationError', 400, message);
}

/** The form that AWS gives to a value outside its model. */
export function constraintError(value: string | null, member: string, rule: string): Refusal {
  const shown = value === null ? 'null' : `'${value}'`;
  return validationError(
    `1 validation error detected: Value ${shown} at '${member}' failed to satisfy constraint: ${rule}`,
  );
}

export function noSuchUser(userName: string): Refusal {
  return new Refusal('NoSuchEntity', 404, `The user with name ${userName} cannot be found.`);
}

export function noSuchKey(accessKeyId: string): Refusal {
  return new Refusal('NoSuchEntity', 404, `The Access Key with id ${accessKeyId} cannot be found.`);
}

export function invalidToken(): Refusal {
  return new Refusal(
    'InvalidClientTokenId',
    403,
    'The security token included in the request is invalid.',
  );
}

export function throttled(): Refusal {
  return new Refusal('Throttling', 400, 'Rate exceeded');
}
