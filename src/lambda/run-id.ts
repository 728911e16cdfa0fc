// Which run an invocation belongs to. Executions of a state machine have long names, and a run has an ID that
// fits into a user agent and a session name: the same name always gives the same ID.

import { createHash } from 'node:crypto';

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function runIdOf(name: string): string {
  if (ID.test(name)) return name;
  const hex = createHash('sha256').update(name).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
