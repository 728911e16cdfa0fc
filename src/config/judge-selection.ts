// What a selection must not be: everybody by mistake. An empty one, one of stars alone and one that only
// leaves out are refused, because each would be everybody.

import type { Found, Path } from './fault.ts';
import type { AccountSelection, Match, Selection } from './model.ts';
import { isEverything, type NameKind } from './pattern.ts';

const NAMES = ['user', 'path', 'group'] as const;

export function judgeMatch(match: Match, path: Path): readonly Found[] {
  return match === 'all' ? [] : judgeSelection(match, path, false);
}

/** `isBelowNot`: what is left out may be described by one condition alone, also by "has the tag". */
function judgeSelection(selection: Selection, path: Path, isBelowNot: boolean): readonly Found[] {
  const conditions = Object.entries(selection).filter(([, value]) => value !== undefined);
  const keys = conditions.map(([key]) => key);
  const found: Found[] = [];
  if (keys.length === 0) {
    const message = 'an empty selection would be everybody; write "match: all" if that is meant';
    return [{ path, code: 'bad-value', message }];
  }
  if (keys.length === 1 && keys[0] === 'not') {
    const message =
      'only "not:" would be everybody else; say from whom, with user: "*" if from everybody';
    found.push({ path, code: 'bad-value', message });
  }
  for (const kind of NAMES)
    found.push(
      ...judgePatterns(selection[kind], kind, {
        path: [...path, kind],
        isAlone: keys.length === 1,
        isBelowNot,
      }),
    );
  for (const [name, value] of Object.entries(selection.tag ?? {})) {
    const at: Path = [...path, 'tag', name];
    found.push(...judgePatterns(value, 'tag', { path: at, isAlone: false, isBelowNot }));
  }
  if (selection.tag !== undefined && Object.keys(selection.tag).length === 0) {
    found.push({
      path: [...path, 'tag'],
      code: 'bad-value',
      message: 'an empty mapping selects nothing; remove the key, or fill it',
    });
  }
  const ofAccount = { path: [...path, 'account'], isAlone: keys.length === 1, isBelowNot };
  found.push(...judgeAccount(selection.account, ofAccount));
  selection.any?.forEach((one, index) => {
    found.push(...judgeSelection(one, [...path, 'any', index], isBelowNot));
  });
  if (selection.not !== undefined)
    found.push(...judgeSelection(selection.not, [...path, 'not'], true));
  return found;
}

interface Place {
  readonly path: Path;
  /** Whether nothing else narrows the selection. */
  readonly isAlone: boolean;
  readonly isBelowNot: boolean;
}

function judgePatterns(
  value: string | readonly string[] | undefined,
  kind: NameKind,
  { path, isAlone, isBelowNot }: Place,
): Found[] {
  if (value === undefined) return [];
  const list = typeof value === 'string' ? [value] : value;
  const index = list.findIndex((pattern) => isEverything(pattern, kind));
  if (index < 0) return [];
  const at = typeof value === 'string' ? path : [...path, index];
  const all = list[index];
  if (list.length > 1) {
    return [
      {
        path: at,
        code: 'bad-value',
        message: `"${all}" beside other patterns makes them meaningless; keep the one that is meant`,
      },
    ];
  }
  if (!isAlone) return [];
  // Not everybody is in a group, so "*" of groups does select.
  if (kind === 'group') return [];
  const message = isBelowNot
    ? `"${all}" below "not:" leaves nobody`
    : `"${all}" selects everybody; write "match: all" if that is meant`;
  return [{ path: at, code: 'bad-value', message }];
}

function judgeAccount(account: Selection['account'], place: Place): readonly Found[] {
  if (account === undefined) return [];
  if (typeof account !== 'string' && !isList(account)) {
    return judgeAccountSelection(account, place.path);
  }
  return judgePatterns(account, 'account', place);
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}

export function judgeAccountSelection(selection: AccountSelection, path: Path): readonly Found[] {
  if (Object.values(selection).every((value) => value === undefined)) {
    const message =
      'an empty selection would be every account; write "match: all" if that is meant';
    return [{ path, code: 'bad-value', message }];
  }
  return [];
}
