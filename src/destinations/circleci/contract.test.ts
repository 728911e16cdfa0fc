import { openCirclePlace } from '../../../test/destinations/circleci/subject.ts';
import { passesContract } from '../../../test/destinations/contract.ts';
import { ENCODED_FORMS, WHOLE_FORMS } from '../../../test/destinations/form-texts.ts';

for (const names of ['', '#S3_ID,S3_SECRET', '#AWS_PAIR']) {
  passesContract({
    kind: 'circleci',
    open: (test) =>
      openCirclePlace(test, {
        place: `gh/acme/app${names}`,
        holder: 'gh/acme/app',
        unfit: 'gh/acme/nowhere',
      }),
  });
}

for (const form of [...WHOLE_FORMS, ...ENCODED_FORMS]) {
  passesContract({
    kind: 'circleci',
    open: (test) =>
      openCirclePlace(test, {
        place: 'gh/acme/app#AWS_PAIR',
        holder: 'gh/acme/app',
        unfit: 'gh/acme/nowhere#AWS_PAIR',
        form,
      }),
  });
}
