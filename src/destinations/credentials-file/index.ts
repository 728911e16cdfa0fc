// Profiles of the credentials file. `keyctl` delivers to them, and `--deliver credentials-file=PATH#PROFILE`.

import type { DestinationKind } from '../kind.ts';
import { credentialsFileListing } from './listing.ts';
import {
  CREDENTIALS_FILE,
  jointProfiles,
  profilesOf,
  targetOfProfiles,
  thingsOfProfiles,
} from './place.ts';
import { CREDENTIALS_FILES, profilesFor, templateOf } from './template.ts';

export const credentialsFile: DestinationKind = {
  name: CREDENTIALS_FILE,
  about: 'a profile of that credentials file, for the AWS tools on this machine',
  restart: 'restart what runs with the profile; a command that starts now has the new key already',
  settle: 'next-start',
  proof: 'value',
  isOffered: true,
  rule: CREDENTIALS_FILES,
  makesPlaces: true,
  formFault: (_template, form) =>
    form === undefined
      ? undefined
      : `the AWS tools that read a credentials file take a pair as AWS made it, and no ${form.kind.name}`,
  placeFor: (template, facts) => targetOfProfiles(profilesFor(template, facts)),
  askedAs: (target, user) => {
    const place = profilesOf(target);
    return place && { region: undefined, template: templateOf(place, user) };
  },
  listing: credentialsFileListing,
  async open(target, opening) {
    const place = profilesOf(target);
    if (place === undefined) return undefined;
    const { profileDestination } = await import('./destination.ts');
    return profileDestination(place, opening);
  },
  things: thingsOfProfiles,
  joint: jointProfiles,
};
