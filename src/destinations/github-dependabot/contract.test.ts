import { passesContract } from '../../../test/destinations/contract.ts';
import { WHOLE_FORMS } from '../../../test/destinations/form-texts.ts';
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

for (const form of WHOLE_FORMS) {
  passesContract({
    kind: 'github-dependabot',
    open: (test) =>
      openGithubPlace(test, {
        place: 'acme/app',
        store: 'repos/acme/app/dependabot',
        unfit: 'acme/nowhere#AWS_PAIR',
        names: 'AWS_PAIR',
        form,
      }),
  });
}
