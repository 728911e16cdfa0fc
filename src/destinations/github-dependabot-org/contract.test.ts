import { passesContract } from '../../../test/destinations/contract.ts';
import { WHOLE_FORMS } from '../../../test/destinations/form-texts.ts';
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

for (const form of WHOLE_FORMS) {
  passesContract({
    kind: 'github-dependabot-org',
    open: (test) =>
      openGithubPlace(test, {
        place: 'acme',
        store: 'orgs/acme/dependabot',
        unfit: 'nobody#AWS_PAIR',
        names: 'AWS_PAIR',
        form,
      }),
  });
}
