// Answers of the small API.

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export function refused(status: number, reason: string, message: string, causes?: unknown): Reply {
  const body = { kind: 'Status', status: 'Failure', reason, message, code: status };
  return { status, body: { ...body, ...(causes !== undefined && { details: { causes } }) } };
}
