import { CONTEXT_ID } from '../../../test/destinations/circleci/fake-circleci.ts';
import { openCirclePlace } from '../../../test/destinations/circleci/subject.ts';
import { passesContract } from '../../../test/destinations/contract.ts';
import { WHOLE_FORMS } from '../../../test/destinations/form-texts.ts';

for (const place of ['gh/acme/deploy to eu', `${CONTEXT_ID}#S3_ID,S3_SECRET`]) {
  passesContract({
    kind: 'circleci-context',
    open: (test) =>
      openCirclePlace(test, { place, holder: CONTEXT_ID, unfit: 'gh/acme/no such context' }),
  });
}

passesContract({
  kind: 'circleci-context',
  open: (test) =>
    openCirclePlace(test, {
      place: 'gh/acme/deploy to eu#PAIR',
      holder: CONTEXT_ID,
      unfit: 'gh/acme/deploy to eu#NOWHERE',
    }),
});

for (const form of WHOLE_FORMS) {
  passesContract({
    kind: 'circleci-context',
    open: (test) =>
      openCirclePlace(test, {
        place: 'gh/acme/deploy to eu#PAIR',
        holder: CONTEXT_ID,
        unfit: 'gh/acme/deploy to eu#NOWHERE',
        form,
      }),
  });
}
