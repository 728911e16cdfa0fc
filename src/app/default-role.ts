/** The role that AWS makes in the accounts that an organization creates. */
export const DEFAULT_ROLE = 'OrganizationAccountAccessRole';
