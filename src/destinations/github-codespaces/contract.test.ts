import { passesContract } from '../../../test/destinations/contract.ts';
import { openGithubPlace } from '../../../test/destinations/github/subject.ts';

passesContract({
  kind: 'github-codespaces',
  open: (test) =>
    openGithubPlace(test, {
      place: 'acme/app',
      store: 'repos/acme/app/codespaces',
      unfit: 'acme/nowhere',
    }),
});
