// Service and region of a last use. GetAccessKeyLastUsed and the credential report write them alike.

/** What AWS writes where there is nothing to name: S3 has no region, a key never used no service. */
const NOTHING: ReadonlySet<string> = new Set(['', 'N/A', 'no_information', 'not_supported']);

/** Leaves out what AWS does not name. */
export function whereUsed(
  service: string | undefined,
  region: string | undefined,
): { readonly service?: string; readonly region?: string } {
  return {
    ...(isNamed(service) && { service }),
    ...(isNamed(region) && { region }),
  };
}

function isNamed(text: string | undefined): text is string {
  return text !== undefined && !NOTHING.has(text);
}
