// IAM compares user names without letter case, and tells them in the case in which they were made. So
// a name that a person types, one of the journal and one of AWS may differ and mean one user.

/** The form in which two names of one user are equal; for keys of maps, never to be shown or sent. */
export function comparableUserName(name: string): string {
  return name.toLowerCase();
}

export function isSameUser(a: string, b: string): boolean {
  return comparableUserName(a) === comparableUserName(b);
}
