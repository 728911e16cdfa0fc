// The policies of `keyturn policy` on ministack, whose IAM nobody here wrote: a run as a user who has one of them and
// nothing else goes to its end, and without any of its statements it is denied. ministack knows no condition
// about items, data keys and services, and a statement with one never applies there: conditions are left out, and
// judged by the sandbox (test/policy/).

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import type { PolicyDocument } from '../../src/app/policy/statement.ts';
import { skipsMinistack } from './ministack.ts';
import { ACCOUNT, DELIVER, PolicyStage, STATE, withoutConditions } from './policy-stage.ts';

/** Stands for the ARN of the key: ministack does not look behind an alias, as AWS does. */
const KEY = 'KEY';

const LINES: readonly (readonly string[])[] = [
  [...STATE, ...DELIVER, '--custody-kms-key', KEY],
  [...STATE, ...DELIVER, '--custody', 'secrets-manager=keyturn/custody'],
];

const MEMBER = '210987654321';
const ENTRANCE = ['--external-id', 'of-rotation'] as const;

describe('policies on ministack', { skip: skipsMinistack() }, () => {
  let stage: PolicyStage;
  before(async () => {
    stage = await PolicyStage.open();
  });
  after(() => stage?.close());

  const lineOf = (written: readonly string[]) =>
    written.map((word) => (word === KEY ? stage.keyArn : word));

  async function printed(...words: readonly string[]): Promise<PolicyDocument> {
    const about = ['--account', ACCOUNT, '--region', 'us-east-1'];
    const { code, stdout, text } = await stage.run(['policy', ...words, ...about], undefined);
    assert.equal(code, 0, text);
    return JSON.parse(stdout.replaceAll('user-1', '*'));
  }

  /** Each statement is left out once: what plays then is denied what the statement allows. */
  async function eachIsNeeded(
    policy: PolicyDocument,
    play: (less: PolicyDocument) => Promise<{ readonly code: number; readonly text: string }>,
  ): Promise<void> {
    for (const left of policy.Statement) {
      const others = policy.Statement.filter((each) => each !== left);
      const without = await play({ ...policy, Statement: others });
      assert.notEqual(without.code, 0, `${left.Sid} is not needed`);
      const isNamed = left.Action.some((action) => without.text.includes(action));
      assert.ok(isNamed, `without ${left.Sid}: ${without.text}`);
    }
  }

  for (const written of LINES) {
    it(`${written.join(' ')}: is enough, and each statement is needed`, async () => {
      const line = lineOf(written);
      const policy = withoutConditions(await printed('fleet', ...line, '--user', 'user-1'));
      const play = async (some: PolicyDocument) => {
        const user = stage.name('user');
        await stage.addServed(user);
        const signer = await stage.addRotator(stage.name('rotator'), some);
        const args = ['rotate', user, '--retire', 'now', '--region', 'us-east-1', ...line];
        return await stage.run(args, signer);
      };
      const ran = await play(policy);
      assert.equal(ran.code, 0, ran.text);
      assert.match(ran.text, /Inactive/);
      await eachIsNeeded(policy, play);
    });
  }

  describe('in a member account', () => {
    const line = () => lineOf([...STATE, ...DELIVER, '--custody-kms-key', KEY, ...ENTRANCE]);
    const asked = ['--accounts', MEMBER, '--user', 'user-1'] as const;
    let caller: PolicyDocument;
    let role: PolicyDocument;
    before(async () => {
      caller = withoutConditions(await printed('organization', ...line(), ...asked));
      role = await printed('organization', ...line(), ...asked, '--for', 'role');
    });

    interface Playing {
      readonly caller: PolicyDocument;
      readonly role: PolicyDocument;
      /** Whom the role lets in; undefined for whoever comes. */
      readonly lets?: string;
      readonly entrance?: readonly string[];
    }

    /** A rotation in the member, through a role of its own. */
    async function play({ caller, role, lets, entrance = ENTRANCE }: Playing) {
      const [user, rotator, name] = ['user', 'rotator', 'role'].map((kind) => stage.name(kind));
      assert.ok(user && rotator && name);
      await stage.addServed(user, MEMBER);
      const signer = await stage.addRotator(rotator, named(caller, name));
      const arn = `arn:aws:iam::${ACCOUNT}:user/${lets ?? rotator}`;
      const trust = await printed(
        ...['organization', ...line(), ...asked, '--role-name', name],
        ...['--for', 'trust', '--caller', arn],
      );
      const { iam } = stage.rootOf(MEMBER);
      const AssumeRolePolicyDocument = JSON.stringify(trust);
      await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }));
      const PolicyDocument = JSON.stringify(role);
      await iam.send(
        new PutRolePolicyCommand({ RoleName: name, PolicyName: 'own', PolicyDocument }),
      );
      const inMember = ['--account', MEMBER, '--role-name', name, ...entrance];
      const own = lineOf([...STATE, ...DELIVER, '--custody-kms-key', KEY]);
      const args = ['rotate', user, '--retire', 'now', '--region', 'us-east-1'];
      return await stage.run([...args, ...own, ...inMember], signer);
    }

    it('those of the caller, of the role and of whom it trusts are enough together', async () => {
      const ran = await play({ caller, role });
      assert.equal(ran.code, 0, ran.text);
      assert.match(ran.text, /Inactive/);
    });

    it('each statement of the caller and of the role is needed', async () => {
      await eachIsNeeded(caller, (less) => play({ caller: less, role }));
      await eachIsNeeded(role, (less) => play({ caller, role: less }));
    });

    it('the role lets nobody else in, and nobody with another external ID', async () => {
      for (const other of [{ lets: 'somebody' }, { entrance: ['--external-id', 'another'] }]) {
        const refused = await play({ caller, role, ...other });
        assert.notEqual(refused.code, 0);
        assert.match(refused.text, /sts:AssumeRole/);
      }
    });
  });
});

/** The policy of a caller who enters by that role. */
function named(policy: PolicyDocument, role: string): PolicyDocument {
  return JSON.parse(JSON.stringify(policy).replaceAll('OrganizationAccountAccessRole', role));
}
