// The settings that make up an access key, as the files spell them.

export const KEY_ID = 'aws_access_key_id';
export const SECRET = 'aws_secret_access_key';
/** Belong to a session, and would make a long-term pair unusable. */
export const SESSION_TOKENS = ['aws_session_token', 'aws_security_token'];

export function isAccessKeySetting(name: string): boolean {
  return name === KEY_ID || name === SECRET || SESSION_TOKENS.includes(name);
}
