// Places in AWS. The region is part of the place, because the next run may be given another one:
// `eu-west-1:app/svc-billing`. Two more forms begin with record format 3: the fields that the pair stands
// in, `eu-west-1:app/svc-billing#id=access_key,secret=secret_key`; and two things of which each holds a
// half, `eu-west-1:/app/svc-billing/ID,/app/svc-billing/SECRET`.

import type { Entrance, HigherTier } from '../base/aws-stores.ts';
import type { DeliveryTarget, JournaledTarget } from '../lifecycle/record.ts';
import type { Destination } from './destination.ts';
import { readWay, type WayThere, wayFault, writeEntrance, writeTier } from './entrance.ts';
import type { AskedPlace, DestinationKind, Opening } from './kind.ts';
import { type PairFields, readPairFields, writePairFields } from './pair-fields.ts';
import { type PlaceFacts, type PlaceRule, partsOf, placeFor, withUser } from './place.ts';
import { wayByFields } from './way-there.ts';

/** One thing that holds a JSON object with the pair. */
export interface RegionalPlace {
  readonly region: string;
  readonly name: string;
  /** Where the pair stands in it; found by the names of its fields when left out. */
  readonly fields?: PairFields;
  readonly entrance?: Entrance;
  /** Of a parameter: where it goes when the pair does not fit. */
  readonly tier?: HigherTier;
}

/** Two things: one holds the key ID and nothing else, the other the secret. */
export interface PlaceInHalves {
  readonly region: string;
  readonly idName: string;
  readonly secretName: string;
  readonly entrance?: Entrance;
  readonly tier?: HigherTier;
}

export function isInHalves(place: RegionalPlace | PlaceInHalves): place is PlaceInHalves {
  return 'idName' in place;
}

export function placeOfRegion(at: RegionalPlace | PlaceInHalves): string {
  const behind = [
    ...(isInHalves(at) || at.fields === undefined ? [] : [writePairFields(at.fields)]),
    ...(at.entrance === undefined ? [] : [writeEntrance(at.entrance)]),
    ...(at.tier === undefined ? [] : [writeTier(at.tier)]),
  ];
  const names = isInHalves(at) ? `${at.idName},${at.secretName}` : at.name;
  return `${at.region}:${names}${behind.length === 0 ? '' : `#${behind.join()}`}`;
}

/** What the journal says of it beside its kind. */
export function targetOfRegion(
  at: RegionalPlace | PlaceInHalves,
): Pick<DeliveryTarget, 'place' | 'since'> {
  const { entrance, tier } = at;
  const isPlain = !isInHalves(at) && (at.fields ?? entrance ?? tier) === undefined;
  return { place: placeOfRegion(at), ...(!isPlain && { since: 3 as const }) };
}

/** Undefined for a place that is none of AWS. */
export function regionalPlace(place: string): RegionalPlace | PlaceInHalves | undefined {
  const [, region, rest] = /^([a-z\d-]+):(.+)$/.exec(place) ?? [];
  if (region === undefined || rest === undefined) return undefined;
  const { names, fields: behind } = partsOf(rest);
  const [name, secretName, more] = names;
  if (name === undefined || more !== undefined) return undefined;
  if (behind !== undefined && wayFault(behind) !== undefined) return undefined;
  const { fields, ...settings } = readWay(behind);
  const way = wayOf(settings);
  if (secretName !== undefined) {
    return fields === undefined ? { region, idName: name, secretName, ...way } : undefined;
  }
  if (fields === undefined) return { region, name, ...way };
  const read = readPairFields(fields);
  return read && { region, name, fields: read, ...way };
}

function wayOf({ entrance, tier }: Pick<WayThere, 'entrance' | 'tier'>) {
  return { ...(entrance !== undefined && { entrance }), ...(tier !== undefined && { tier }) };
}

/** The place for one user in the region of the run. Throws `not-deliverable`. */
export function placeInRegion(template: string, facts: PlaceFacts, rule: PlaceRule): string {
  const { names, fields: behind } = partsOf(template);
  const [name = '', secretName] = names.map((each) => placeFor(each, facts, rule));
  const { fields, region: asked, ...settings } = readWay(behind);
  const region = asked ?? regionOfArn(name) ?? facts.region;
  const way = wayOf(settings);
  if (secretName !== undefined) return placeOfRegion({ region, idName: name, secretName, ...way });
  const read = fields === undefined ? undefined : readPairFields(fields);
  return placeOfRegion({ region, name, ...(read && { fields: read }), ...way });
}

/** Undefined for a name that is no ARN. */
function regionOfArn(name: string): string | undefined {
  return name.startsWith('arn:') ? name.split(':')[3] : undefined;
}

/** Everything that is written there, each with its region. */
export function thingsOfRegion({ place }: JournaledTarget): readonly string[] {
  const at = regionalPlace(place);
  if (at === undefined) return [place];
  const names = isInHalves(at) ? [at.idName, at.secretName] : [at.name];
  const elsewhere = at.entrance === undefined ? '' : ` of ${at.entrance.role.split(':')[4]}`;
  return names.map((name) => `${at.region}:${name}${elsewhere}`);
}

/** What may become of its tier is no other place. */
function jointInRegion(own: DeliveryTarget, begun: JournaledTarget): DeliveryTarget | undefined {
  const [mine, theirs] = [regionalPlace(own.place), regionalPlace(begun.place)];
  if (mine === undefined || theirs === undefined) return undefined;
  const { tier: ownTier, ...here } = mine;
  const { tier = ownTier, ...there } = theirs;
  if (placeOfRegion(here) !== placeOfRegion(there)) return undefined;
  const at = tier === undefined ? here : { ...here, tier };
  return { kind: own.kind, ...targetOfRegion(at) };
}

function halvesOfRegion({ place }: JournaledTarget): string | undefined {
  const at = regionalPlace(place);
  if (at === undefined || !isInHalves(at)) return undefined;
  return `${at.secretName} is written first and ${at.idName} right after it: a reader that comes in between finds halves of two pairs. One that holds both, as a JSON object, is written at once`;
}

/** What kinds of places in AWS differ in. */
interface RegionalKind
  extends Pick<DestinationKind, 'name' | 'about' | 'restart' | 'settle' | 'proof' | 'listing'> {
  readonly rule: PlaceRule;
  readonly openOne: (at: RegionalPlace, opening: Opening) => Promise<Destination>;
  readonly openHalves: (at: PlaceInHalves, opening: Opening) => Promise<Destination>;
}

export function regionalKind({
  openOne,
  openHalves,
  rule,
  ...kind
}: RegionalKind): DestinationKind {
  return {
    ...kind,
    isOffered: true,
    makesPlaces: true,
    takesTags: true,
    isInAccount: true,
    fieldStyle: 'named',
    way: wayByFields('aws', { role: 'text', 'external-id': 'text', region: 'text' }),
    rule,
    placeFor: (template, facts) => placeInRegion(template, facts, rule),
    askedAs: ({ place }, user) => askedInRegion(place, user),
    things: thingsOfRegion,
    joint: jointInRegion,
    writesTwice: halvesOfRegion,
    async open({ place }, opening) {
      const at = regionalPlace(place);
      if (at === undefined) return undefined;
      return isInHalves(at) ? await openHalves(at, opening) : await openOne(at, opening);
    },
  };
}

/**
 * What an operator writes for it behind `--deliver`. With {user} where the place has the user's name, so
 * that it is right for other users too.
 */
export function askedInRegion(place: string, user: string): AskedPlace | undefined {
  const at = regionalPlace(place);
  if (at === undefined) return undefined;
  const { region } = at;
  const [names = '', ...fields] = place.slice(`${region}:`.length).split('#');
  return { region, template: [withUser(names, user), ...fields].join('#') };
}

/** What an operator writes behind `--deliver` for one thing, without fields. */
export function deliverAs(kind: string, at: RegionalPlace, user: string): string {
  const { region, name } = at;
  return `${kind}=${askedInRegion(placeOfRegion({ region, name }), user)?.template ?? name}`;
}
