import { passesContract } from '../../../test/destinations/contract.ts';
import { ENCODED_FORMS, WHOLE_FORMS } from '../../../test/destinations/form-texts.ts';
import { openGitlabPlace } from '../../../test/destinations/gitlab/subject.ts';

const MASKED = { masked: true, protected: true, raw: true, description: 'of the team' };
const HIDDEN = { ...MASKED, hidden: true };

passesContract({
  kind: 'gitlab',
  open: (test) =>
    openGitlabPlace(test, {
      place: 'acme/team/app@production/eu',
      owner: 'projects acme/team/app',
      unfit: 'acme/nowhere',
      traits: [{}, MASKED],
    }),
});

passesContract({
  kind: 'gitlab',
  open: (test) =>
    openGitlabPlace(test, {
      place: '4711#S3_ID,S3_SECRET',
      owner: 'projects 4711',
      unfit: '4711#S3_ID,NOWHERE',
      traits: [{}, HIDDEN],
    }),
});

passesContract({
  kind: 'gitlab',
  open: (test) =>
    openGitlabPlace(test, {
      place: 'acme/app',
      owner: 'projects acme/app',
      unfit: 'acme/app@staging',
      traits: [HIDDEN, HIDDEN],
    }),
});

passesContract({
  kind: 'gitlab',
  open: (test) =>
    openGitlabPlace(test, {
      place: 'acme/app#AWS_PAIR',
      owner: 'projects acme/app',
      unfit: 'acme/app#OTHER',
      traits: [{ variable_type: 'file', raw: true }],
    }),
});

for (const form of WHOLE_FORMS) {
  passesContract({
    kind: 'gitlab',
    open: (test) =>
      openGitlabPlace(test, {
        place: 'acme/app#AWS_PAIR',
        owner: 'projects acme/app',
        unfit: 'acme/app#OTHER',
        traits: [{ variable_type: 'file', raw: true }],
        form,
      }),
  });
}

for (const form of ENCODED_FORMS) {
  for (const traits of [MASKED, HIDDEN]) {
    passesContract({
      kind: 'gitlab',
      open: (test) =>
        openGitlabPlace(test, {
          place: 'acme/app#AWS_PAIR',
          owner: 'projects acme/app',
          unfit: 'acme/app#OTHER',
          traits: [traits],
          form,
        }),
    });
  }
}
