// The credentials of the tests, each known by its name.

export const IDS = {
  environment: 'AKIAENVIRONMENT0EXAM',
  default: 'AKIADEFAULT00000EXAM',
  dev: 'AKIADEV000000000EXAM',
  prod: 'AKIAPROD00000000EXAM',
  listed: 'AKIALISTED000000EXAM',
  role: 'ASIAROLE00000000EXAM',
  web: 'ASIAWEB000000000EXAM',
  sso: 'ASIASSO000000000EXAM',
  session: 'ASIASESSION00000EXAM',
  container: 'ASIACONTAINER000EXAM',
  instance: 'ASIAINSTANCE0000EXAM',
} as const;

export type KeyName = keyof typeof IDS;

/** The two lines of a profile with a static pair. */
export function pair(name: KeyName): string {
  return `aws_access_key_id = ${IDS[name]}\naws_secret_access_key = not-a-secret\n`;
}

/** The pair in the environment. */
export const ENVIRONMENT_PAIR = {
  AWS_ACCESS_KEY_ID: IDS.environment,
  AWS_SECRET_ACCESS_KEY: 'not-a-secret',
} as const;

export function nameOf(id: string | undefined): KeyName | undefined {
  return (Object.keys(IDS) as KeyName[]).find((name) => IDS[name] === id);
}
