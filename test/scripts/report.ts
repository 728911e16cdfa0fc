// The directives about the credential report: what stands in it, and what happened since it was made.

import { GenerateCredentialReportCommand } from '@aws-sdk/client-iam';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { iamOf } from '../sandbox/sdk.ts';
import type { Directive } from './run-script.ts';
import type { Stage } from './stage.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

export const REPORT: readonly Directive[] = [
  {
    usage: 'N minutes pass at AWS: its calendar moves on, signatures still fit',
    pattern: /^(\d+) minutes pass at AWS$/,
    perform: (stage, minutes) => stage.sandbox.clock.advance(Number(minutes) * MINUTE_MS),
  },
  {
    usage: 'a report takes N s to be made',
    pattern: /^a report takes ([\d.]+) s$/,
    perform: (stage, seconds) => {
      stage.sandbox.settings.reportSeconds = Number(seconds);
    },
  },
  {
    usage: 'the report: COLUMN is called NAME | is a page of HTML | ends in the middle',
    pattern: /^the report: (?:(\w+) is called (\w+)|(is a page of HTML)|ends in the middle)$/,
    perform: (stage, column, name, page) =>
      changeReport(stage, (csv) => {
        if (column !== '') return csv.replace(column, name);
        if (page !== '') return '<html><title>"Sign in"</title></html>';
        return csv.slice(0, csv.lastIndexOf(','));
      }),
  },
  {
    usage: 'the report: dates USER N days earlier | says that the root user has an Active key',
    pattern:
      /^the report: (?:dates (\S+) (\d+) days earlier|says that the root user has an Active key)$/,
    perform: (stage, user, days) =>
      changeReport(stage, (csv) =>
        user === ''
          ? csv.replace(/^(<root_account>.*?),false,N\/A/m, '$1,true,2020-01-01T00:00:00Z')
          : csv.replace(new RegExp(`^${user},.*`, 'm'), (row) => earlier(row, Number(days))),
      ),
  },
  {
    usage: 'the report: dates the Active keys of USER N days later',
    pattern: /^the report: dates the Active keys of (\S+) (\d+) days later$/,
    perform: (stage, user, days) =>
      changeReport(stage, (csv) =>
        csv.replace(new RegExp(`^${user},.*`, 'm'), (row) =>
          row.replaceAll(/true,\d{4}-[^,]*/g, (dated) => earlier(dated, -Number(days))),
        ),
      ),
  },
  {
    usage:
      'the report: leaves USER out | has USER twice | gives no date for the keys of USER | is of …',
    pattern:
      /^the report: (?:(leaves) (\S+) out|(has) (\S+) twice|gives no date for the keys of (\S+)|is of account (\d{12}))$/,
    perform: (stage, leaves, left, has, twice, undated, account) =>
      changeReport(stage, (csv) => {
        if (account !== '') return csv.replaceAll(DEFAULT_ACCOUNT_ID, account);
        const row = new RegExp(`^${left || twice || undated},.*\\n?`, 'm');
        if (leaves !== '') return csv.replace(row, '').trimEnd();
        if (has !== '') return `${csv}\n${row.exec(csv)?.[0].trimEnd()}`;
        return csv.replace(row, (found) => found.replace(/true,[^,]*/, 'true,N/A'));
      }),
  },
  {
    usage: 'AWS has empty pages in its lists | AWS counts N users more than it names',
    pattern: /^AWS (?:has empty pages in its lists|counts (\d+) users more than it names)$/,
    perform: ({ sandbox }, more) => {
      const account = sandbox.world.account();
      if (more === '') {
        account.hasEmptyPages = true;
        return;
      }
      // Of all answers only the account's summary asks how many they are.
      const size = account.users.size + Number(more);
      Object.defineProperty(account.users, 'size', { value: size });
    },
  },
  {
    usage: 'somebody makes a new user NAME with a key',
    pattern: /^somebody makes a new user (\S+) with a key$/,
    perform: ({ sandbox: { world }, labels, seededStatus }, name) => {
      world.addUser(DEFAULT_ACCOUNT_ID, { name });
      labels.set(`${name}/somebody's`, world.addKey(DEFAULT_ACCOUNT_ID, name, { ageDays: 0 }));
      seededStatus.set(`${name}/somebody's`, 'Active');
    },
  },
  {
    usage: 'somebody removes the user NAME | somebody renames the user NAME to NAME',
    pattern: /^somebody (?:removes the user (\S+)|renames the user (\S+) to (\S+))$/,
    perform: (stage, removed, renamed, name) => {
      const { users } = stage.sandbox.world.account();
      const user = stage.sandbox.world.user(DEFAULT_ACCOUNT_ID, removed || renamed);
      users.delete(user.name.toLowerCase());
      if (removed !== '') {
        stage.robbed.add(user.name);
        for (const key of user.keys) key.deleted = true;
        return;
      }
      Object.assign(user, { name });
      for (const key of user.keys) Object.assign(key, { userName: name });
      users.set(name.toLowerCase(), user);
    },
  },
];

async function changeReport(stage: Stage, change: (csv: string) => string): Promise<void> {
  const account = stage.sandbox.world.account();
  account.report = undefined;
  await iamOf(stage.sandbox).send(new GenerateCredentialReportCommand());
  const { report } = stage.sandbox.world.account();
  if (report === undefined) throw new RangeError('the sandbox made no report');
  const changed = change(report.csv);
  if (changed === report.csv) throw new RangeError('the report is as it was');
  account.report = { ...report, csv: changed };
}

function earlier(row: string, days: number): string {
  return row.replaceAll(/\d{4}-\d\d-\d\dT[\d:]+Z/g, (date) =>
    new Date(Date.parse(date) - days * DAY_MS).toISOString().replace('.000', ''),
  );
}
