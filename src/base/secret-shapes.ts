// What looks like a secret although nobody said that it is one: in what programs print and services answer (I8).

/** What has the form of a secret access key, whoever's it is. */
const SECRET_KEY = /(?<![A-Za-z\d/+=])[A-Za-z\d/+]{40}(?![A-Za-z\d/+=])/g;
/** How tokens of services begin that mark theirs. */
const TOKENS =
  /\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|hv[sbr]\.[\w-]{20,}|xox[abprs]-[\w-]{10,}|CCIPAT_\w{16,}|eyJ[\w-]{10,}\.eyJ[\w-]+(?:\.[\w-]+)?)/g;

/** The text with all of these masked. */
export function withoutSecretShapes(text: string): string {
  return text.replaceAll(SECRET_KEY, '[secret]').replaceAll(TOKENS, '[secret]');
}
