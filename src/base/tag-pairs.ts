// Tags as a flag or a variable has them.

const TAG = /^[\w\s.:/=+@-]*$/u;

export type TagPairs = readonly (readonly [key: string, value: string])[];

/** Tags that both Secrets Manager and Systems Manager take. */
export const TAGS_TAKE =
  'KEY=VALUE pairs, each of letters, digits, spaces or ._-:/+@, and no KEY that begins with aws:';

/** Undefined for a text that is none. */
export function readTagPairs(text: string): TagPairs | undefined {
  const pairs = text.split(',').map((pair) => {
    const [key = '', ...value] = pair.trim().split('=');
    return [key.trim(), value.join('=').trim()] as const;
  });
  const isTag = ([key, value]: readonly [string, string]) =>
    /^(?!aws:)[^=]{1,128}$/i.test(key) && TAG.test(key) && value.length <= 256 && TAG.test(value);
  const isWhole = text.split(',').every((pair) => pair.includes('='));
  return isWhole && pairs.every(isTag) ? pairs : undefined;
}
