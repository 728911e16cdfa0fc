// Addresses that answer only the machine itself or its link: where clouds keep the credentials of machines. Nobody
// who is told something is there.

const NAMES = new Set(['metadata', 'metadata.google.internal', 'instance-data']);

/** Whether it is a link-local address, or a metadata service under one of its names. */
export function isMetadataHost(hostname: string): boolean {
  const host = hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  if (NAMES.has(host) || (host.endsWith('.internal') && host.startsWith('metadata.'))) return true;
  if (/^169\.254\.\d{1,3}\.\d{1,3}$/.test(host)) return true;
  if (/^fe[89ab][0-9a-f]:/.test(host)) return true;
  // AWS's own in IPv6, and an IPv4 address written as IPv6.
  return host === 'fd00:ec2::254' || /^::ffff:a9fe:[0-9a-f]{1,4}$/.test(host);
}
