// What the errors of connections say about whether anything was sent.

const NAME_LOOKUP_FAILED = new Set(['ENOTFOUND', 'EAI_AGAIN']);

interface ConnectError {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly errors?: unknown;
}

/**
 * Whether the network failed before anything could leave this machine. A name with several addresses fails
 * with one error per address, so each of them must say so.
 */
export function failedToConnect(error: ConnectError): boolean {
  if (Array.isArray(error.errors) && error.errors.length > 0) {
    return error.errors.every((one: ConnectError) => failedToConnect(one));
  }
  const code = typeof error.code === 'string' ? error.code : '';
  return error.syscall === 'connect' || NAME_LOOKUP_FAILED.has(code);
}
