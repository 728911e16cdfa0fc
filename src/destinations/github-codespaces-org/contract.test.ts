import { passesContract } from '../../../test/destinations/contract.ts';
import { openGithubPlace } from '../../../test/destinations/github/subject.ts';

passesContract({
  kind: 'github-codespaces-org',
  open: (test) =>
    openGithubPlace(test, {
      place: 'acme',
      store: 'orgs/acme/codespaces',
      unfit: 'nobody',
    }),
});
