// A user as the world keeps it. There may be hundreds of thousands, most of them never looked
// at, so what most users do not need is made when somebody asks for it.

import type { AccessKey, AttachedPolicy, PolicyDocument, User } from './model.ts';

export type UserFields = Pick<
  User,
  | 'name'
  | 'id'
  | 'path'
  | 'createDate'
  | 'mfaSerial'
  | 'attachedPolicies'
  | 'groups'
  | 'hasPassword'
>;

export class UserRecord implements User {
  readonly name: string;
  readonly id: string;
  readonly path: string;
  readonly createDate: Date;
  readonly mfaSerial: string | undefined;
  readonly attachedPolicies: AttachedPolicy[];
  readonly groups: readonly string[];
  readonly hasPassword: boolean;
  readonly keys: AccessKey[] = [];
  readonly #arnPrefix: string;
  #inlinePolicies: Map<string, PolicyDocument> | undefined;
  #tags: User['tags'] | undefined;

  /** `arnPrefix` is what the ARNs of all users of the account begin with. */
  constructor(arnPrefix: string, fields: UserFields) {
    this.#arnPrefix = arnPrefix;
    this.name = fields.name;
    this.id = fields.id;
    this.path = fields.path;
    this.createDate = fields.createDate;
    this.mfaSerial = fields.mfaSerial;
    this.attachedPolicies = fields.attachedPolicies;
    this.groups = fields.groups;
    this.hasPassword = fields.hasPassword;
  }

  get arn(): string {
    return `${this.#arnPrefix}${this.path}${this.name}`;
  }

  get inlinePolicies(): Map<string, PolicyDocument> {
    this.#inlinePolicies ??= new Map();
    return this.#inlinePolicies;
  }

  get tags(): User['tags'] {
    this.#tags ??= new Map();
    return this.#tags;
  }
}
