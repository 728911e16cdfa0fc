// What signs a call, as every client takes it. How it is found is in credentials.ts.

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly expiration?: Date | undefined;
}

/** Resolves the credentials, again when they are about to expire; rejects with a KeyturnError. */
export type CredentialProvider = () => Promise<Credentials>;
