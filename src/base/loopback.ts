// Which names and addresses mean this machine.

import { isIPv4 } from 'node:net';

/** `hostname` comes from URL, which has already brought odd spellings of IPv4 into dotted form. */
export function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname === '[::1]') return true;
  return isIPv4(hostname) && hostname.startsWith('127.');
}
