// A slip in the name of a table would otherwise be a new, empty directory with that name: a run would forget all
// that the table knows. So what is written like a place of another kind is no relative path.

import { edits } from '../base/closest.ts';
import { KeyturnError } from '../base/errors.ts';
import { isTablePlace, readTablePlace } from './dynamodb/place.ts';

const KIND = 'dynamodb';

/** As in `C:\state` and `C:`; and what nobody writes but for a path. */
const PATH = /^(?:[A-Za-z]:(?:[\\/]|$)|[/\\]|\.\.?(?:[/\\]|$)|~)/;
/** A word, what is between, and the name of a table, perhaps with its region. */
const TABLE = /^([A-Za-z][\w-]*)[\s:=;,@/]+(?:table\/)?([\w.-]{3,247})(?:@([\w-]+))?\/?$/;
const TABLE_ARN = /\barn:aws[\w-]*:dynamodb:([\w-]+):\d*:table\/([\w.-]+)/i;

/**
 * Throws `bad-value` for what is neither a path nor a table, and looks as if somebody had meant one. `said` is what
 * has it, as in `KEYTURN_STATE holds`.
 */
export function refuseMisspelt(place: string, said = ''): void {
  const near = nearestTo(place);
  if (isTablePlace(place)) {
    if (near === undefined || near === place) readTablePlace(place);
    else throw misspelt(place, said, `write ${near}`);
    return;
  }
  if (PATH.test(place) || !isLikeAPlace(place)) return;
  const path = `./${place.trim()}`;
  const hint =
    near === undefined
      ? `a table is dynamodb:TABLE or dynamodb:TABLE@REGION, with a name of 3 characters or more; a directory of that name is written ${path}`
      : `did you mean ${near}, or the directory ${path}?`;
  throw misspelt(place, said, hint);
}

function misspelt(place: string, said: string, hint: string): KeyturnError {
  const text = JSON.stringify(place);
  const what = said === '' ? `${text} is` : `${said} ${text}, which is`;
  return new KeyturnError('bad-value', `${what} no place for state`, { hint });
}

/** A colon before the first slash, blanks around it, or the word for tables and not the colon. */
function isLikeAPlace(place: string): boolean {
  const [first = ''] = place.split(/[/\\]/);
  const [word = ''] = place.split(/[^\w-]/);
  return first.includes(':') || place !== place.trim() || isNearKind(word, place.length);
}

function isNearKind(word: string, length: number): boolean {
  const lower = word.toLowerCase();
  if (lower === KIND) return true;
  // A directory may well be called `dynamo`: only with something after it that no path has.
  return word.length < length && edits(lower, KIND) <= 2;
}

/** What was probably meant; undefined where nothing is near. */
function nearestTo(place: string): string | undefined {
  const text = place.trim().replace(/^["'=]+|["']+$/g, '');
  const [, arnRegion, arnTable] = TABLE_ARN.exec(text) ?? [];
  if (arnTable !== undefined) return tablePlace(arnTable, arnRegion);
  if (text !== place && /^[/~]|^\.\.?\//.test(text)) return text;
  if (/^file:\/+/i.test(text)) return text.replace(/^file:\/+/i, '/');
  const [, word = '', table, region] = TABLE.exec(text) ?? [];
  if (table === undefined || !isTableWord(word.toLowerCase())) return undefined;
  return tablePlace(table, region);
}

function isTableWord(word: string): boolean {
  return ['dynamo', 'ddb', 'table'].includes(word) || edits(word, KIND) <= 3;
}

function tablePlace(table: string, region: string | undefined): string | undefined {
  const place = `${KIND}:${table}${region === undefined ? '' : `@${region.toLowerCase()}`}`;
  try {
    readTablePlace(place);
    return place;
  } catch {
    return undefined;
  }
}
