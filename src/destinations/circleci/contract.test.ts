import { openCirclePlace } from '../../../test/destinations/circleci/subject.ts';
import { passesContract } from '../../../test/destinations/contract.ts';

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
