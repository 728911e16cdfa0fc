import { passesContract } from '../../../test/destinations/contract.ts';
import { WHOLE_FORMS } from '../../../test/destinations/form-texts.ts';
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

for (const form of WHOLE_FORMS) {
  passesContract({
    kind: 'github-codespaces-org',
    open: (test) =>
      openGithubPlace(test, {
        place: 'acme',
        store: 'orgs/acme/codespaces',
        unfit: 'nobody#AWS_PAIR',
        names: 'AWS_PAIR',
        form,
      }),
  });
}
