// Secrets and parameters of AWS as they are found: all of a region, or those whose names match a pattern. Behind #
// stands the way there, as for a place: a region, a role.

import type { ThingLister } from '../base/aws-stores.ts';
import { globBeginning, globMatches } from '../base/glob.ts';
import { readWay, wayFault, writeEntrance } from './entrance.ts';
import type { Looking, PlaceListing, SeenPlace } from './listing.ts';
import { type PairFields, writePairFields } from './pair-fields.ts';

type ListerOf = (
  aws: Looking['aws'],
) => Looking['aws']['secretLister'] | Looking['aws']['parameterLister'];

export function regionalListing(listerOf: ListerOf, example: string): PlaceListing {
  return {
    takes: 'a pattern of names, such as app/*, with #region=REGION or #role=ARN behind it',
    example,
    isUsual: true,
    faultIn: faultInScope,
    list: (scope, looking) => list(scope, looking, listerOf(looking.aws)),
  };
}

function faultInScope(scope: string): string | undefined {
  const { pattern, way } = partsOf(scope);
  if (!/^[\w/+=.@*?-]*$/.test(pattern)) {
    return `${JSON.stringify(pattern)} has more than letters, digits, /_+=.@- and the stars of a pattern`;
  }
  if (way === undefined) return undefined;
  const { fields } = readWay(way);
  return (
    wayFault(way) ??
    (fields === undefined
      ? undefined
      : `behind # stand region= and role=, not ${JSON.stringify(fields)}`)
  );
}

function partsOf(scope: string): { readonly pattern: string; readonly way: string | undefined } {
  const [pattern = '', ...way] = scope.split('#');
  return {
    pattern: pattern === '' ? '*' : pattern,
    way: way.length === 0 ? undefined : way.join('#'),
  };
}

async function* list(
  scope: string,
  { aws }: Looking,
  lister: ((region: string, through?: Way['entrance']) => ThingLister) | undefined,
): AsyncGenerator<SeenPlace> {
  const { pattern, way } = partsOf(scope);
  const { region = aws.region, entrance } = readWay(way);
  const found = lister?.(region, entrance).list({
    beginning: globBeginning(pattern),
    isWanted: (name) => globMatches(pattern, name),
  });
  if (found === undefined) return;
  const through = entrance === undefined ? '' : `#${writeEntrance(entrance)}`;
  for await (const thing of found) {
    const at = { name: `${thing.name}${through}`, region };
    if (thing.kind === 'unread') yield { ...at, kind: 'unread', error: thing.error };
    if (thing.kind !== 'read') continue;
    const deliverWith = (fields: PairFields): string => {
      const behind = [
        writePairFields(fields),
        ...(entrance === undefined ? [] : [writeEntrance(entrance)]),
      ];
      return `${thing.name}#${behind.join()}`;
    };
    yield { ...at, kind: 'read', text: thing.text, deliverWith, mayBeHalf: entrance === undefined };
  }
}

type Way = ReturnType<typeof readWay>;
