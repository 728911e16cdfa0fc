import { passesContract } from '../../../test/destinations/contract.ts';
import { WHOLE_FORMS } from '../../../test/destinations/form-texts.ts';
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

for (const form of WHOLE_FORMS) {
  passesContract({
    kind: 'github-org',
    open: (test) =>
      openGithubPlace(test, {
        place: 'acme',
        store: 'orgs/acme/actions',
        unfit: 'nobody#AWS_PAIR',
        names: 'AWS_PAIR',
        form,
      }),
  });
}
