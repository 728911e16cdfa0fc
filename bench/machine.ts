// What the figures were measured on.

import { availableParallelism, totalmem } from 'node:os';

export function machine(): string {
  const gigabytes = Math.round(totalmem() / 1e9);
  return `${availableParallelism()} cores, ${gigabytes} GB, Node ${process.version}, ${process.platform}`;
}
