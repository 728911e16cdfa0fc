// Places in AWS. The region is part of the place, because the next run may be given another one:
// `eu-west-1:app/svc-billing`.

import { type PlaceFacts, type PlaceRule, placeFor } from './place.ts';

export interface RegionalPlace {
  readonly region: string;
  readonly name: string;
}

export function placeOfRegion({ region, name }: RegionalPlace): string {
  return `${region}:${name}`;
}

export function regionalPlace(place: string): RegionalPlace | undefined {
  const [, region, name] = /^([a-z\d-]+):(.+)$/.exec(place) ?? [];
  return region === undefined || name === undefined ? undefined : { region, name };
}

/** The place for one user in the region of the run. Throws `not-deliverable`. */
export function placeInRegion(template: string, facts: PlaceFacts, rule: PlaceRule): string {
  return placeOfRegion({ region: facts.region, name: placeFor(template, facts, rule) });
}
