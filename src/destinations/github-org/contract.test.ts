import { passesContract } from '../../../test/destinations/contract.ts';
import { openGithubPlace } from '../../../test/destinations/github/subject.ts';

passesContract({
  kind: 'github-org',
  open: (test) =>
    openGithubPlace(test, {
      place: 'acme',
      store: 'orgs/acme/actions',
      unfit: 'nobody',
    }),
});

passesContract({
  kind: 'github-org',
  open: (test) =>
    openGithubPlace(test, {
      place: 'acme',
      store: 'orgs/acme/actions',
      unfit: 'acme#vars.NOWHERE,AWS_SECRET_ACCESS_KEY',
      names: 'vars.KEY_ID,AWS_SECRET_ACCESS_KEY',
    }),
});
