import { passesContract } from '../../../test/destinations/contract.ts';
import { ENCODED_FORMS, WHOLE_FORMS } from '../../../test/destinations/form-texts.ts';
import { openGitlabPlace } from '../../../test/destinations/gitlab/subject.ts';

passesContract({
  kind: 'gitlab-group',
  open: (test) =>
    openGitlabPlace(test, {
      place: 'acme/backend',
      owner: 'groups acme/backend',
      unfit: 'nobody',
      traits: [{}, { masked: true }],
    }),
});

for (const form of [...WHOLE_FORMS, ...ENCODED_FORMS]) {
  passesContract({
    kind: 'gitlab-group',
    open: (test) =>
      openGitlabPlace(test, {
        place: 'acme/backend#AWS_PAIR',
        owner: 'groups acme/backend',
        unfit: 'nobody#AWS_PAIR',
        traits: [{ masked: form.includes('+base64') }],
        form,
      }),
  });
}
