// Policies as what makes them: a document to paste, a CloudFormation template, Terraform.

import type { PolicyDocument, TrustDocument } from './statement.ts';

export const POLICY_FORMATS = ['json', 'cloudformation', 'terraform'] as const;

export type PolicyFormat = (typeof POLICY_FORMATS)[number];

export interface NamedPolicy {
  /** Of letters alone, for names of resources. */
  readonly name: string;
  readonly document: PolicyDocument | TrustDocument;
  /** Of a role that has it; a policy for a principal that is there when left out. */
  readonly role?: { readonly name: string; readonly trust: TrustDocument };
}

/** Ends with a newline. */
export function renderPolicy(policy: NamedPolicy, format: PolicyFormat): string {
  switch (format) {
    case 'json':
      return json(policy.document);
    case 'cloudformation':
      return json({ AWSTemplateFormatVersion: '2010-09-09', Resources: resourcesOf(policy) });
    case 'terraform':
      return terraformOf(policy);
  }
}

function resourcesOf({ name, document, role }: NamedPolicy) {
  if (role === undefined) {
    return {
      [name]: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: document } },
    };
  }
  const { path, last } = partsOf(role.name);
  return {
    [name]: {
      Type: 'AWS::IAM::Role',
      Properties: {
        ...{ RoleName: last, Path: path, AssumeRolePolicyDocument: role.trust },
        Policies: [{ PolicyName: 'keyturn', PolicyDocument: document }],
      },
    },
  };
}

function terraformOf({ name, document, role }: NamedPolicy): string {
  const label = name.replace(
    /[A-Z]/g,
    (letter, at) => `${at > 0 ? '_' : ''}${letter.toLowerCase()}`,
  );
  if (role === undefined) {
    return `resource "aws_iam_policy" "${label}" {\n  name = "${name}"\n  policy = ${expression(document)}\n}\n`;
  }
  const { path, last } = partsOf(role.name);
  return `resource "aws_iam_role" "${label}" {
  name = "${last}"
  path = "${path}"
  assume_role_policy = ${expression(role.trust)}
}

resource "aws_iam_role_policy" "${label}" {
  name = "keyturn"
  role = aws_iam_role.${label}.id
  policy = ${expression(document)}
}
`;
}

/** A role may be named after its path. */
function partsOf(role: string): { readonly path: string; readonly last: string } {
  const at = role.lastIndexOf('/');
  return { path: at < 0 ? '/' : `/${role.slice(0, at)}/`, last: role.slice(at + 1) };
}

/** JSON is an expression there, laid out as `terraform fmt` does; what IAM fills in is not for Terraform to fill in. */
function expression(document: object): string {
  const text = JSON.stringify(document, null, 2).replaceAll('${', '$$${').replaceAll('%{', '%%{');
  const laidOut = text.replaceAll(/^( *"[\w:-]+"):/gm, '$1 :');
  return `jsonencode(${laidOut.replaceAll('\n', '\n  ')})`;
}

function json(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
