import { passesContract } from '../../../test/destinations/contract.ts';
import { openGithubPlace } from '../../../test/destinations/github/subject.ts';

passesContract({
  kind: 'github-dependabot-org',
  open: (test) =>
    openGithubPlace(test, {
      place: 'acme',
      store: 'orgs/acme/dependabot',
      unfit: 'nobody',
    }),
});
