import { passesContract } from '../../../test/destinations/contract.ts';
import { openGithubPlace } from '../../../test/destinations/github/subject.ts';

passesContract({
  kind: 'github-dependabot',
  open: (test) =>
    openGithubPlace(test, {
      place: 'acme/app',
      store: 'repos/acme/app/dependabot',
      unfit: 'acme/nowhere',
    }),
});
