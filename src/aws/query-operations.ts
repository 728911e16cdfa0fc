// The calls that a run makes of IAM and STS, as the SDK's schemas describe them, and what is read of their answers.

import {
  CreateAccessKey$,
  type CreateAccessKeyCommandInput,
  DeleteAccessKey$,
  type DeleteAccessKeyCommandInput,
  GenerateCredentialReport$,
  type GenerateCredentialReportCommandInput,
  GetAccessKeyLastUsed$,
  type GetAccessKeyLastUsedCommandInput,
  GetAccountAuthorizationDetails$,
  type GetAccountAuthorizationDetailsCommandInput,
  GetAccountSummary$,
  type GetAccountSummaryCommandInput,
  type GetAccountSummaryCommandOutput,
  GetCredentialReport$,
  type GetCredentialReportCommandInput,
  GetGroup$,
  type GetGroupCommandInput,
  ListAccessKeys$,
  type ListAccessKeysCommandInput,
  ListGroupsForUser$,
  type ListGroupsForUserCommandInput,
  ListUsers$,
  type ListUsersCommandInput,
  ListUserTags$,
  type ListUserTagsCommandInput,
  UpdateAccessKey$,
  type UpdateAccessKeyCommandInput,
} from '@aws-sdk/client-iam';
import { GetCallerIdentity$, type GetCallerIdentityCommandInput } from '@aws-sdk/client-sts';
import { operation } from '@smithy/core/schema';
import type { Members, Read } from './plain-xml.ts';

/** What the SDK's commands have in common. */
type Schema = typeof ListUsers$;

export interface QueryOperation<Input, Output> {
  /** AWS's own, such as `ListUsers`. */
  readonly name: string;
  /** As the SDK's reader of answers takes it. */
  readonly schema: ReturnType<typeof operation>;
  /** What is read of an answer that is written plainly; left out where the SDK reads them all. */
  readonly answer?: PlainAnswer;
  /** For the compiler alone. */
  readonly types?: (input: Input) => Output;
}

export interface PlainAnswer {
  readonly root: string;
  /** The member of the root that is told on; undefined for an operation that answers no more than that it is done. */
  readonly result: string | undefined;
  readonly shape: Members;
}

/** What a call of the operation answers. */
export type AnswerOf<Operation> =
  Operation extends QueryOperation<never, infer Output> ? Output : never;

/** An operation with what it takes; what is read of its answer, is said after it. */
function taking<Input>([, space, name, traits, input, output]: Schema) {
  const made = { name, schema: operation(space, name, traits, input, output) };
  const root = `${name}Response`;
  const result = `${name}Result`;
  return {
    /** What else AWS tells is in no answer that a call gives. */
    reading: <const All extends Members['members']>(
      members: All,
    ): QueryOperation<Input, Read<{ readonly members: All }>> => ({
      ...made,
      answer: { root, result, shape: { members: { [result]: { members } } } },
    }),
    readingNothing: (): QueryOperation<Input, object> => ({
      ...made,
      answer: { root, result: undefined, shape: { members: {} } },
    }),
    leftToSdk: <Output>(): QueryOperation<Input, Output> => made,
  };
}

const PAGED = { IsTruncated: 'flag', Marker: 'text' } as const;
const USER = { UserName: 'text', Arn: 'text' } as const;
const TAGS = { each: { members: { Key: 'text', Value: 'text' } } } as const;

export const LIST_USERS = taking<ListUsersCommandInput>(ListUsers$).reading({
  Users: { each: { members: USER } },
  ...PAGED,
});

export const LIST_ACCESS_KEYS = taking<ListAccessKeysCommandInput>(ListAccessKeys$).reading({
  AccessKeyMetadata: {
    each: { members: { AccessKeyId: 'text', Status: 'text', CreateDate: 'date' } },
  },
  ...PAGED,
});

export const GET_ACCESS_KEY_LAST_USED = taking<GetAccessKeyLastUsedCommandInput>(
  GetAccessKeyLastUsed$,
).reading({
  UserName: 'text',
  AccessKeyLastUsed: { members: { LastUsedDate: 'date', ServiceName: 'text', Region: 'text' } },
});

export const CREATE_ACCESS_KEY = taking<CreateAccessKeyCommandInput>(CreateAccessKey$).reading({
  AccessKey: {
    members: { UserName: 'text', AccessKeyId: 'text', SecretAccessKey: 'text', CreateDate: 'date' },
  },
});

export const UPDATE_ACCESS_KEY =
  taking<UpdateAccessKeyCommandInput>(UpdateAccessKey$).readingNothing();

export const DELETE_ACCESS_KEY =
  taking<DeleteAccessKeyCommandInput>(DeleteAccessKey$).readingNothing();

export const GENERATE_CREDENTIAL_REPORT = taking<GenerateCredentialReportCommandInput>(
  GenerateCredentialReport$,
).reading({ State: 'text' });

export const GET_CREDENTIAL_REPORT = taking<GetCredentialReportCommandInput>(
  GetCredentialReport$,
).reading({ Content: 'bytes', GeneratedTime: 'date' });

export const GET_ACCOUNT_AUTHORIZATION_DETAILS = taking<GetAccountAuthorizationDetailsCommandInput>(
  GetAccountAuthorizationDetails$,
).reading({
  UserDetailList: {
    each: { members: { ...USER, Path: 'text', GroupList: { each: 'text' }, Tags: TAGS } },
  },
  ...PAGED,
});

/** A map of many numbers, and asked for once. */
export const GET_ACCOUNT_SUMMARY =
  taking<GetAccountSummaryCommandInput>(
    GetAccountSummary$,
  ).leftToSdk<GetAccountSummaryCommandOutput>();

export const GET_GROUP = taking<GetGroupCommandInput>(GetGroup$).reading({
  Users: { each: { members: USER } },
  ...PAGED,
});

export const LIST_GROUPS_FOR_USER = taking<ListGroupsForUserCommandInput>(
  ListGroupsForUser$,
).reading({ Groups: { each: { members: { GroupName: 'text' } } }, ...PAGED });

export const LIST_USER_TAGS = taking<ListUserTagsCommandInput>(ListUserTags$).reading({
  Tags: TAGS,
  ...PAGED,
});

export const GET_CALLER_IDENTITY = taking<GetCallerIdentityCommandInput>(
  GetCallerIdentity$,
).reading({ Account: 'text', Arn: 'text' });
