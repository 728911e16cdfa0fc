// What the competitors and their referee have agreed on.

export const COMPETITION = {
  table: 'keyturn',
  custodyTable: 'keyturn-custody',
  keyId: 'alias/keyturn',
  users: 6,
  /** Long enough that a signature which dies before it leaves room for a section. */
  leaseMs: 6_000,
  signatureLifeMs: 1_500,
} as const;

/** What a competitor tells the referee. */
export interface Told {
  readonly what:
    | 'ready'
    | 'enter'
    | 'recorded'
    /** Before the look at the claim, and between that and the sending of a change. */
    | 'before'
    | 'between'
    | 'change'
    | 'leave'
    | 'refused'
    | 'failed';
  readonly pid: number;
  readonly user: string;
  readonly section: string;
  readonly step?: string;
  readonly why?: string;
  /** By the clock of whoever signs. */
  readonly signedAt?: number;
}
