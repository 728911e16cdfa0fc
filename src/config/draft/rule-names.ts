// Names of drafted rules.

import { secretsIn } from '../secrets.ts';

const LENGTH_MAX = 56;

/** In the letters that the name of a rule has. */
export function slugOf(text: string): string {
  const slug = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, LENGTH_MAX)
    .replace(/-+$/, '');
  return slug === '' || secretsIn(slug).length > 0 ? 'users' : slug;
}

/** The name, or with a number behind it where it is taken; taken from now on. */
export function freeName(wanted: string, names: Set<string>): string {
  let name = wanted;
  for (let count = 2; names.has(name); count += 1) name = `${wanted}-${count}`;
  names.add(name);
  return name;
}
