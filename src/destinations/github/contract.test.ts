import { passesContract } from '../../../test/destinations/contract.ts';
import { WHOLE_FORMS } from '../../../test/destinations/form-texts.ts';
import { openGithubPlace } from '../../../test/destinations/github/subject.ts';

passesContract({
  kind: 'github',
  open: (test) =>
    openGithubPlace(test, {
      place: 'acme/app',
      store: 'repos/acme/app/actions',
      unfit: 'acme/nowhere',
    }),
});

passesContract({
  kind: 'github',
  open: (test) =>
    openGithubPlace(test, {
      place: 'acme/app:production/eu',
      store: 'repos/acme/app/environments/production%2Feu',
      unfit: 'acme/nowhere',
      names: 'S3_ID,S3_SECRET',
    }),
});

passesContract({
  kind: 'github',
  open: (test) =>
    openGithubPlace(test, {
      place: 'acme/app',
      store: 'repos/acme/app/actions',
      unfit: 'acme/app#NOT_THERE',
      names: 'AWS_PAIR',
    }),
});

passesContract({
  kind: 'github',
  open: (test) =>
    openGithubPlace(test, {
      place: 'acme/app',
      store: 'repos/acme/app/actions',
      unfit: 'acme/app#vars.AWS_ACCESS_KEY_ID,NOT_THERE',
      names: 'vars.AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY',
    }),
});

for (const form of WHOLE_FORMS) {
  passesContract({
    kind: 'github',
    open: (test) =>
      openGithubPlace(test, {
        place: 'acme/app',
        store: 'repos/acme/app/actions',
        unfit: 'acme/app#NOT_THERE',
        names: 'AWS_PAIR',
        form,
      }),
  });
}
