import { passesContract } from '../../../test/destinations/contract.ts';
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
