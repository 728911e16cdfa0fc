// The calls that a run makes of IAM and STS, as the SDK's schemas describe them.

import {
  CreateAccessKey$,
  type CreateAccessKeyCommandInput,
  type CreateAccessKeyCommandOutput,
  DeleteAccessKey$,
  type DeleteAccessKeyCommandInput,
  type DeleteAccessKeyCommandOutput,
  GenerateCredentialReport$,
  type GenerateCredentialReportCommandInput,
  type GenerateCredentialReportCommandOutput,
  GetAccessKeyLastUsed$,
  type GetAccessKeyLastUsedCommandInput,
  type GetAccessKeyLastUsedCommandOutput,
  GetAccountAuthorizationDetails$,
  type GetAccountAuthorizationDetailsCommandInput,
  type GetAccountAuthorizationDetailsCommandOutput,
  GetAccountSummary$,
  type GetAccountSummaryCommandInput,
  type GetAccountSummaryCommandOutput,
  GetCredentialReport$,
  type GetCredentialReportCommandInput,
  type GetCredentialReportCommandOutput,
  GetGroup$,
  type GetGroupCommandInput,
  type GetGroupCommandOutput,
  ListAccessKeys$,
  type ListAccessKeysCommandInput,
  type ListAccessKeysCommandOutput,
  ListGroupsForUser$,
  type ListGroupsForUserCommandInput,
  type ListGroupsForUserCommandOutput,
  ListUsers$,
  type ListUsersCommandInput,
  type ListUsersCommandOutput,
  ListUserTags$,
  type ListUserTagsCommandInput,
  type ListUserTagsCommandOutput,
  UpdateAccessKey$,
  type UpdateAccessKeyCommandInput,
  type UpdateAccessKeyCommandOutput,
} from '@aws-sdk/client-iam';
import {
  GetCallerIdentity$,
  type GetCallerIdentityCommandInput,
  type GetCallerIdentityCommandOutput,
} from '@aws-sdk/client-sts';
import { operation } from '@smithy/core/schema';

/** What the SDK's commands have in common. */
type Schema = typeof ListUsers$;

export interface QueryOperation<Input, Output> {
  /** AWS's own, such as `ListUsers`. */
  readonly name: string;
  /** As the SDK's reader of answers takes it. */
  readonly schema: ReturnType<typeof operation>;
  /** For the compiler alone. */
  readonly types?: (input: Input) => Output;
}

function operationOf<Input, Output>([, space, name, traits, input, output]: Schema) {
  const made: QueryOperation<Input, Output> = {
    name,
    schema: operation(space, name, traits, input, output),
  };
  return made;
}

export const LIST_USERS = operationOf<ListUsersCommandInput, ListUsersCommandOutput>(ListUsers$);

export const LIST_ACCESS_KEYS = operationOf<
  ListAccessKeysCommandInput,
  ListAccessKeysCommandOutput
>(ListAccessKeys$);

export const GET_ACCESS_KEY_LAST_USED = operationOf<
  GetAccessKeyLastUsedCommandInput,
  GetAccessKeyLastUsedCommandOutput
>(GetAccessKeyLastUsed$);

export const CREATE_ACCESS_KEY = operationOf<
  CreateAccessKeyCommandInput,
  CreateAccessKeyCommandOutput
>(CreateAccessKey$);

export const UPDATE_ACCESS_KEY = operationOf<
  UpdateAccessKeyCommandInput,
  UpdateAccessKeyCommandOutput
>(UpdateAccessKey$);

export const DELETE_ACCESS_KEY = operationOf<
  DeleteAccessKeyCommandInput,
  DeleteAccessKeyCommandOutput
>(DeleteAccessKey$);

export const GENERATE_CREDENTIAL_REPORT = operationOf<
  GenerateCredentialReportCommandInput,
  GenerateCredentialReportCommandOutput
>(GenerateCredentialReport$);

export const GET_CREDENTIAL_REPORT = operationOf<
  GetCredentialReportCommandInput,
  GetCredentialReportCommandOutput
>(GetCredentialReport$);

export const GET_ACCOUNT_AUTHORIZATION_DETAILS = operationOf<
  GetAccountAuthorizationDetailsCommandInput,
  GetAccountAuthorizationDetailsCommandOutput
>(GetAccountAuthorizationDetails$);

export const GET_ACCOUNT_SUMMARY = operationOf<
  GetAccountSummaryCommandInput,
  GetAccountSummaryCommandOutput
>(GetAccountSummary$);

export const GET_GROUP = operationOf<GetGroupCommandInput, GetGroupCommandOutput>(GetGroup$);

export const LIST_GROUPS_FOR_USER = operationOf<
  ListGroupsForUserCommandInput,
  ListGroupsForUserCommandOutput
>(ListGroupsForUser$);

export const LIST_USER_TAGS = operationOf<ListUserTagsCommandInput, ListUserTagsCommandOutput>(
  ListUserTags$,
);

export const GET_CALLER_IDENTITY = operationOf<
  GetCallerIdentityCommandInput,
  GetCallerIdentityCommandOutput
>(GetCallerIdentity$);
