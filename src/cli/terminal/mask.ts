// Keeps secrets out of what is logged (I8), as defence in depth: payloads of events hold none, but
// their `reason` can carry text of AWS, of a proxy or of the operating system. Two rules:
//
//   1. A value that was registered, such as AWS_SECRET_ACCESS_KEY of the environment, is replaced
//      wherever it stands, bare or in the encodings in which text travels (JSON, URL).
//   2. A run of 40 or more base64 characters is replaced where a name like `secret`, `token` or
//      `password` stands directly before it. Secret access keys have 40, session tokens hundreds.
//
// Access key IDs (AKIA…) are not secret and stay readable.

const MASK = '[secret]';

const NAMED = new RegExp(
  [
    '((?:secret|token|passw(?:or)?d|signature|credential)',
    '[\\w-]{0,40}', // the rest of the name: SecretAccessKey, aws_session_token
    '["\']?(?:\\s*(?:[:=>]|is)\\s*|\\s+)["\']?)', // what stands between name and value
    '[A-Za-z0-9/+=%]{40,}',
  ].join(''),
  'gi',
);

/** Shorter values would mask ordinary words. */
const REGISTERED_LENGTH_MIN = 16;

export interface Masker {
  readonly mask: (text: string) => string;
  /** From now on this value is masked wherever it stands. */
  readonly register: (secret: string | undefined) => void;
}

export function createMasker(): Masker {
  const known = new Set<string>();
  return {
    register: (secret) => {
      if (secret === undefined || secret.length < REGISTERED_LENGTH_MIN) return;
      known.add(secret);
      known.add(encodeURIComponent(secret));
      known.add(JSON.stringify(secret).slice(1, -1));
    },
    mask: (text) => {
      let masked = text;
      for (const secret of known) masked = masked.replaceAll(secret, MASK);
      return masked.replace(NAMED, `$1${MASK}`);
    },
  };
}
