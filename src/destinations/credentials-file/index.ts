// Profiles of the credentials file. `keyctl` delivers to them; any run finishes what it left open.

import type { DestinationKind } from '../kind.ts';
import { CREDENTIALS_FILE, jointProfiles, profilesOf, thingsOfProfiles } from './place.ts';

export const credentialsFile: DestinationKind = {
  name: CREDENTIALS_FILE,
  about: 'a profile of the credentials file, for the AWS tools on one machine',
  restart: 'restart what runs with the profile; a command that starts now has the new key already',
  settle: 'next-start',
  proof: 'value',
  isOffered: false,
  placeFor: (place) => place,
  async open(target, { files, ...opening }) {
    const place = profilesOf(target);
    if (place === undefined) return undefined;
    const { profileDestination } = await import('./destination.ts');
    return profileDestination(place, { ...opening, save: files(place.path) });
  },
  things: thingsOfProfiles,
  joint: jointProfiles,
};
