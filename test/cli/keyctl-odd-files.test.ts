// Files that an editor, a shell or a web page spoilt: what is wrong with the file is said before anything
// else, with its place, and with what puts it right. No key is made, and no list pretends that all is well.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openHome } from './keyctl-home.ts';
import { run, shell } from './process.ts';

interface Row {
  readonly name: string;
  /** What happened to the file. */
  readonly spoil: (text: string) => string | Buffer;
  readonly says: RegExp;
  /** What would put it right; a command of the hint is run. */
  readonly mend: RegExp;
  /** The profile that is asked for. */
  readonly profile?: string;
}

const secretLine = (change: (line: string) => string) => (text: string) =>
  text.replace(/^aws_secret.*$/m, change);
const renamed = (header: string) => (text: string) => text.replace('[production]', header);

/** The fault concerns the whole file. */
const WHOLE: readonly Row[] = [
  {
    name: 'UTF-16, as PowerShell writes with ">"',
    spoil: (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
    says: /line 1: .*UTF-16, an encoding that neither/,
    mend: /iconv -f UTF-16 -t UTF-8/,
  },
  {
    name: 'UTF-16 in the other order of bytes',
    spoil: (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
    says: /line 1: .*UTF-16, an encoding/,
    mend: /iconv -f UTF-16 -t UTF-8/,
  },
  {
    name: 'UTF-16 without a mark',
    spoil: (text) => Buffer.from(text, 'utf16le'),
    says: /line 1: .*UTF-16LE/,
    mend: /iconv -f UTF-16LE -t UTF-8/,
  },
  {
    name: 'UTF-32',
    spoil: (text) =>
      Buffer.concat(
        [...`\ufeff${text}`].map((letter) => {
          const four = Buffer.alloc(4);
          four.writeUInt32LE(letter.codePointAt(0) ?? 0);
          return four;
        }),
      ),
    says: /line 1: .*UTF-32/,
    mend: /iconv -f UTF-32 -t UTF-8/,
  },
  {
    name: 'a byte order mark',
    spoil: (text) => `\ufeff${text}`,
    says: /line 1, column 1: .*byte order mark, U\+FEFF/,
    mend: /tail -c \+4/,
  },
  {
    name: 'carriage returns only',
    spoil: (text) => text.replaceAll('\n', '\r'),
    says: /line 1: .*bare carriage return/,
    mend: /tr '\\r' '\\n'/,
  },
  {
    name: 'Latin-1, in a comment of another profile',
    spoil: (text) => Buffer.from(`# caf\xe9\n${text}`, 'latin1'),
    says: /line 1, column 6: .*the byte 0xE9, which is not UTF-8/,
    mend: /iconv -f WINDOWS-1252 -t UTF-8/,
  },
  {
    name: 'the CSV download of the console, with users',
    spoil: () => 'User name,Access key ID,Secret access key\r\nann,AKIAIOSFODNN7EXAMPLE,x\r\n',
    says: /line 1: .*the CSV file that the AWS console offers/,
    mend: /mv .*credentials\.csv\n.*aws configure import --csv file:\/\/\/.*credentials\.csv/,
  },
  {
    name: 'the CSV download of the console, without a user',
    spoil: () => '\ufeffAccess key ID,Secret access key\nAKIAIOSFODNN7EXAMPLE,x\n',
    says: /line 1: .*the CSV file/,
    mend: /write a profile: a line "\[default\]"/,
  },
  {
    name: 'JSON',
    spoil: () => '{\n  "AccessKey": {}\n}\n',
    says: /line 1: .*JSON document/,
    mend: /write a profile/,
  },
  {
    name: 'every byte is NUL',
    spoil: (text) => Buffer.alloc(text.length),
    says: /line 1: .*every byte is NUL, U\+0000/,
    mend: /newest backup .*\.backup\.\*/,
  },
  {
    name: 'zeros at the end',
    spoil: (text) => `${text}${'\0'.repeat(30)}`,
    says: /line 5, column 1: .*U\+0000 \(NUL\)/,
    mend: /type that line anew/,
  },
  {
    name: 'a pair without a header',
    spoil: renamed('# production'),
    says: /line 2: .*stands before any \[profile\] line/,
    mend: /name of the profile, such as \[default\], on a line above/,
  },
  {
    name: 'a header without its end',
    spoil: (text) => `[defaut\n${text}`,
    says: /line 1: .*begins the name of a profile without its end, "\]"/,
    mend: /close the name with "\]"/,
  },
  {
    name: 'the header itself without its end',
    spoil: renamed('[production'),
    says: /line 1: .*without its end, "\]"/,
    mend: /close the name/,
  },
  {
    name: 'lines of a shell',
    spoil: () => 'export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nexport AWS_SECRET_ACCESS_KEY=x\n',
    says: /line 1: .*sets an environment variable, as a shell script does/,
    mend: /write a profile/,
  },
  {
    name: 'lines of PowerShell',
    spoil: () => '$env:AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE"\n',
    says: /line 1: .*sets an environment variable/,
    mend: /write a profile/,
  },
  {
    name: 'lines of fish',
    spoil: () => 'set -gx AWS_ACCESS_KEY_ID AKIAIOSFODNN7EXAMPLE\n',
    says: /line 1: .*sets an environment variable/,
    mend: /write a profile/,
  },
  {
    name: 'lines of csh',
    spoil: () => 'setenv AWS_ACCESS_KEY_ID AKIAIOSFODNN7EXAMPLE\n',
    says: /line 1: .*sets an environment variable/,
    mend: /write a profile/,
  },
  {
    name: 'a setting without "="',
    spoil: secretLine((line) => line.replace(' = ', ' ')),
    says: /line 3: .*has no "=" behind aws_secret_access_key/,
    mend: /write it as "aws_secret_access_key = \.\.\."/,
  },
  {
    name: 'a full-width "="',
    spoil: secretLine((line) => line.replace('=', '\uff1d')),
    says: /line 3: .*has no "=" behind aws_secret_access_key/,
    mend: /write it as "aws_secret_access_key = \.\.\."/,
  },
  {
    name: 'a header without its beginning',
    spoil: renamed('production]'),
    says: /line 1: .*ends the name of a profile without its beginning, "\["/,
    mend: /begin the name with "\["/,
  },
  {
    name: 'a header in braces',
    spoil: renamed('{production}'),
    says: /line 1: .*other brackets around a name than "\[" and "\]"/,
    mend: /write the name in "\[" and "\]"/,
  },
  {
    name: 'a header in full-width brackets',
    spoil: renamed('\uff3bproduction\uff3d'),
    says: /line 1: .*other brackets around a name/,
    mend: /write the name in "\[" and "\]"/,
  },
  {
    name: 'rich text, as TextEdit and WordPad write',
    spoil: (text) => `{\\rtf1\\ansi\n${text.replaceAll('\n', '\\\n')}}`,
    says: /line 1: .*begins an RTF document/,
    mend: /save the file as plain text/,
  },
  {
    name: 'YAML',
    spoil: () => '# mine\ndefault:\n  aws_access_key_id: AKIAIOSFODNN7EXAMPLE\n',
    says: /line 2: .*begins a YAML document/,
    mend: /write a profile/,
  },
  {
    name: 'YAML with its mark',
    spoil: () => '---\ndefault:\n  aws_access_key_id: AKIAIOSFODNN7EXAMPLE\n',
    says: /line 1: .*begins a YAML document/,
    mend: /write a profile/,
  },
  {
    name: 'a web page',
    spoil: () => '\n<!DOCTYPE html>\n<html><body>Sign in</body></html>\n',
    says: /line 2: .*begins a web page \(HTML\)/,
    mend: /fetch the file again/,
  },
  {
    name: 'a message of PGP',
    spoil: () => '-----BEGIN PGP MESSAGE-----\n\nhQEMA\n=abcd\n-----END PGP MESSAGE-----\n',
    says: /line 1: .*begins a message of PGP/,
    mend: /decrypt it/,
  },
  {
    name: 'a file that age has encrypted',
    spoil: () => 'age-encryption.org/v1\n-> X25519 abc\n',
    says: /line 1: .*age has encrypted/,
    mend: /decrypt it/,
  },
  {
    name: 'a file of Ansible Vault',
    spoil: () => '$ANSIBLE_VAULT;1.1;AES256\n3363\n',
    says: /line 1: .*Ansible Vault/,
    mend: /decrypt it/,
  },
  {
    name: 'a private key in PEM',
    spoil: () => '-----BEGIN RSA PRIVATE KEY-----\nabc\n',
    says: /line 1: .*in PEM/,
    mend: /write a profile/,
  },
  {
    name: 'a pointer of Git LFS',
    spoil: () => 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n',
    says: /line 1: .*Git LFS/,
    mend: /git lfs pull/,
  },
  {
    name: 'a merge conflict of Git',
    spoil: (text) => `<<<<<<< HEAD\n${text}=======\n`,
    says: /line 1: .*a merge conflict of Git/,
    mend: /resolve the conflict/,
  },
  {
    name: 'a gzip file',
    spoil: (text) => gzipSync(text),
    says: /line 1: .*begins a gzip file/,
    mend: /put the text that it was made of there/,
  },
  {
    name: 'a zero-width space before the header',
    spoil: (text) => `\u200b${text}`,
    says: /line 1, column 1: .*U\+200B \(zero-width space\)/,
    mend: /type that line anew/,
  },
  {
    name: 'the profile twice',
    spoil: (text) => `${text}${text}`,
    says: /line 5: .*\[production\] a second time, after line 1/,
    mend: /keep one of the two/,
  },
  {
    name: 'a key ID twice',
    spoil: (text) => text.replace(/^(aws_access.*)$/m, '$1\n$1'),
    says: /line 3: .*sets aws_access_key_id in \[production\] a second time, after line 2/,
    mend: /keep one of the two$/m,
  },
  {
    name: 'a setting twice, in another profile',
    spoil: (text) => `${text}[b]\nregion = a\nregion = b\n`,
    says: /line 7: .*region in \[b\] a second time, after line 6/,
    mend: /keep one of the two/,
  },
];

/** The fault concerns the profile. */
const PROFILE: readonly Row[] = [
  {
    name: 'a no-break space before the secret',
    spoil: secretLine((line) => line.replace('= ', '= \u00a0')),
    says: /line 3, column 25: .*U\+00A0 \(no-break space\)/,
    mend: /type that line anew/,
  },
  {
    name: 'a no-break space behind the key ID',
    spoil: (text) => text.replace(/(AKIA\w+)/, '$1\u00a0'),
    says: /line 2, column 41: .*U\+00A0 \(no-break space\)/,
    mend: /type that line anew/,
  },
  {
    name: 'a zero-width space behind the secret',
    spoil: secretLine((line) => `${line}\u200b`),
    says: /line 3, column 65: .*U\+200B \(zero-width space\) in aws_secret_access_key/,
    mend: /type that line anew/,
  },
  {
    name: 'a zero-width space in the name of a setting',
    spoil: secretLine((line) => line.replace('aws_', 'aws\u200b_')),
    says: /line 3, column 4: .*U\+200B/,
    mend: /type that line anew/,
  },
  {
    name: 'a soft hyphen in the secret',
    spoil: secretLine((line) => line.replace('= ', '= \u00ad')),
    says: /line 3, column 25: .*U\+00AD \(soft hyphen\)/,
    mend: /type that line anew/,
  },
  {
    name: 'a byte order mark in the middle',
    spoil: secretLine((line) => `\ufeff${line}`),
    says: /line 3, column 1: .*U\+FEFF/,
    mend: /type that line anew/,
  },
  {
    name: 'a letter that only looks like one of ASCII',
    spoil: (text) => text.replace('= AKIA', '= \u0410KIA'),
    says: /line 2, column 21: .*U\+0410 in aws_access_key_id/,
    mend: /type that line anew/,
  },
  {
    name: 'a no-break space in the name of the profile',
    spoil: renamed('[production\u00a0]'),
    says: /line 1, column 12: .*U\+00A0 .*name of the profile/,
    mend: /write \[production\]/,
  },
  {
    name: 'quotation marks around the secret',
    spoil: secretLine((line) => line.replace(/= (.*)$/, '= "$1"')),
    says: /line 3, column 25: .*quotation marks around the value of aws_secret_access_key/,
    mend: /take the quotation marks away/,
  },
  {
    name: 'one quotation mark, at the end of the secret',
    spoil: secretLine((line) => `${line}"`),
    says: /line 3, column 65: .*quotation marks around the value of aws_secret_access_key/,
    mend: /take the quotation marks away/,
  },
  {
    name: 'typographic quotation marks around the key ID',
    spoil: (text) => text.replace(/= (AKIA\w+)/, '= \u201c$1\u201d'),
    says: /line 2, column 21: .*quotation marks around the value of aws_access_key_id/,
    mend: /take the quotation marks away/,
  },
  {
    name: 'quotation marks around the name',
    spoil: renamed('["production"]'),
    says: /line 1: .*\["production"\]: .*belong to the name/,
    mend: /write \[production\]/,
  },
  {
    name: 'a key ID that a manual leaves to its reader',
    spoil: (text) => text.replace(/= AKIA\w+/, '= <your key>'),
    says: /line 2: .*has a placeholder for the value of aws_access_key_id/,
    mend: /put the value itself there/,
  },
  {
    name: 'a secret that a template was to fill in',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what a template has
    spoil: secretLine((line) => line.replace(/= .*$/, '= ${AWS_SECRET_ACCESS_KEY}')),
    says: /line 3: .*has a placeholder for the value of aws_secret_access_key/,
    mend: /put the value itself there/,
  },
  {
    name: 'a key ID that a shell was to fill in',
    spoil: (text) => text.replace(/= AKIA\w+/, '= $AWS_ACCESS_KEY_ID'),
    says: /line 2: .*has a placeholder for the value of aws_access_key_id/,
    mend: /put the value itself there/,
  },
  {
    name: 'a comma behind the secret',
    spoil: secretLine((line) => `${line},`),
    says: /line 3, column 65: .*"," behind the value of aws_secret_access_key/,
    mend: /take it away/,
  },
  {
    name: 'a second "=" before the secret',
    spoil: secretLine((line) => line.replace('=', '==')),
    says: /line 3, column 24: .*"=" before the value of aws_secret_access_key/,
    mend: /take it away/,
  },
  {
    name: 'angle brackets around the key ID',
    spoil: (text) => text.replace(/= (AKIA\w+)/, '= <$1>'),
    says: /line 2, column 21: .*"<" before the value of aws_access_key_id/,
    mend: /take it away/,
  },
  {
    name: 'a second bracket behind the name',
    spoil: renamed('[production]]'),
    says: /line 1: .*\[production\]\]: .*belong to the name/,
    mend: /write \[production\]/,
  },
  {
    name: 'a hyphen that does not break, in the name of the profile',
    spoil: renamed('[pro\u2011duction]'),
    says: /line 1, column 5: .*U\+2011 .*name of the profile/,
    mend: /write \[pro-duction\]/,
    profile: 'pro-duction',
  },
  {
    name: 'spaces inside the brackets',
    spoil: renamed('[ production ]'),
    says: /line 1: .*\[ production \]: .*belong to the name/,
    mend: /write \[production\]/,
  },
  {
    name: 'export before the settings',
    spoil: (text) => text.replaceAll(/^aws_/gm, 'export aws_'),
    says: /line 2: .*sets an environment variable/,
    mend: /write it as "aws_access_key_id = \.\.\."/,
  },
  {
    name: 'a name with a space',
    spoil: renamed('[My Account]'),
    says: /line 1: .*a space in its name: the AWS SDK skips such a profile/,
    mend: /write the name with a hyphen for the space, here and wherever/,
    profile: 'My Account',
  },
  {
    name: 'quotation marks around a name with a space',
    spoil: renamed('["My Account"]'),
    says: /line 1: .*\["My Account"\]: .*belong to the name/,
    mend: /write \[My-Account\]/,
    profile: 'My Account',
  },
  {
    name: 'a name as the config file spells it',
    spoil: renamed('[profile production]'),
    says: /line 1: .*here it must be \[production\]/,
    mend: /correct that line by hand/,
  },
  {
    name: 'a value on two lines',
    spoil: secretLine((line) => `${line.slice(0, 40)}\n  ${line.slice(40)}`),
    says: /line 4: .*indented/,
    mend: /correct that line by hand/,
  },
  {
    name: 'a comment behind the secret',
    spoil: secretLine((line) => `${line} # mine`),
    says: /line 3: .*comment behind its value/,
    mend: /correct that line by hand/,
  },
];

/** What every AWS tool reads. */
const SOUND: readonly Pick<Row, 'name' | 'spoil' | 'profile'>[] = [
  { name: 'CRLF', spoil: (text) => text.replaceAll('\n', '\r\n') },
  { name: 'tabs', spoil: (text) => text.replaceAll(' = ', '\t=\t') },
  { name: 'no final end of line', spoil: (text) => text.trimEnd() },
  {
    name: 'oddities of other profiles',
    spoil: (text) =>
      `# a\u200b\0\n[My Account]\nregion: x\n[b]\naws_secret_access_key = "x"\u00a0\n# \r# c\n${text}[Production]\nRegion = x # y\n`,
  },
  { name: 'a group of settings', spoil: (text) => `${text}s3 =\n  a = b\n  c = d\n` },
  {
    name: 'a name with a character that joins others, typed as it is written',
    spoil: renamed('[a\u200db]'),
    profile: 'a\u200db',
  },
  { name: 'a comment behind the name', spoil: renamed('[production] # mine') },
  { name: 'a very long line', spoil: (text) => `${text}note = ${'x'.repeat(300_000)}\n` },
];

function commandsOf(stderr: string): string[] {
  return [...stderr.matchAll(/^ {4}(\S.*)$/gm)].map(([, line = '']) => line);
}

async function spoiltHome(t: Parameters<typeof openHome>[0], { spoil }: Pick<Row, 'spoil'>) {
  const home = await openHome(t);
  const { id: before } = home.addUser('production');
  const good = readFileSync(home.credentials, 'utf8');
  writeFileSync(home.credentials, spoil(good));
  return { ...home, before, good };
}

describe('the trouble of the file comes first:', () => {
  for (const row of [...WHOLE, ...PROFILE]) {
    const { name, says, mend, profile = 'production' } = row;
    it(name, async (t) => {
      const home = await spoiltHome(t, row);
      const spoilt = readFileSync(home.credentials);
      const [rotated, listed, undone] = await Promise.all([
        run('keyctl', [profile], home.env),
        run('keyctl', ['-l'], home.env),
        run('keyctl', ['undo', '-t', profile], home.env),
      ]);
      for (const { code, stderr } of [rotated, undone]) {
        assert.equal(code, 2, stderr);
        assert.match(stderr, says);
        assert.match(stderr, mend);
        assert.match(stderr, /nothing was changed/);
      }
      // The list names the same place, and says so by its exit code where it may not hold everything.
      const isWhole = WHOLE.includes(row);
      assert.equal(listed.code, isWhole ? 2 : 0, listed.stderr);
      if (isWhole) assert.match(listed.stderr, says);
      else if (!/belong to the name|must be|name of the profile/.test(says.source)) {
        const place = /line \d+(?:, column \d+)?/.exec(says.source)?.[0] ?? '';
        assert.ok(listed.stdout.replaceAll(/\s+/g, ' ').includes(place), listed.stdout);
      }
      assert.deepEqual(readFileSync(home.credentials), spoilt);
      assert.deepEqual(home.keysOf('production'), [{ id: home.before, status: 'Active' }]);
      const rewrites = commandsOf(rotated.stderr).filter((line) => line.startsWith('cp '));
      for (const line of rewrites) {
        const mended = await shell(line, home.env);
        assert.equal(mended.code, 0, mended.stderr);
        assert.equal(readFileSync(home.credentials, 'utf8').replace(/^# .*\n/, ''), home.good);
        assert.equal(existsSync(`${home.credentials}.new`), false);
        assert.equal((await run('keyctl', [profile], home.env)).code, 0);
      }
    });
  }
});

describe('no file is refused that every AWS tool reads:', () => {
  for (const row of SOUND) {
    it(row.name, async (t) => {
      const home = await spoiltHome(t, row);
      const { code, stderr } = await run('keyctl', [row.profile ?? 'production'], home.env);
      assert.equal(code, 0, stderr);
      assert.equal(home.keysOf('production').length, 2);
    });
  }
});

it('a config file that no AWS tool reads is named, where a profile is missing and where it is not', async (t) => {
  const home = await spoiltHome(t, { spoil: (text) => text });
  const config = home.credentials.replace(/credentials$/, 'config');
  writeFileSync(config, Buffer.from('\ufeff[profile staging]\nregion = eu-west-1\n', 'utf16le'));
  const missing = await run('keyctl', ['staging'], home.env);
  assert.equal(missing.code, 2, missing.stderr);
  assert.match(missing.stderr, /\.aws\/config, line 1: .*UTF-16/);
  const there = await run('keyctl', ['production', '--dry-run'], home.env);
  assert.equal(there.code, 0, there.stderr);
  assert.match(there.stdout.replaceAll(/\s+/g, ' '), /\.aws\/config, line 1: .*UTF-16/);
});

it('I8: what stands where the key ID should is not shown: it may be the secret', async (t) => {
  const swapped = (text: string) =>
    text.replace(
      /_id = (\S+)(\n\S+) = (\S+)/,
      (_, id, name, secret) => `_id = ${secret}${name} = ${id}`,
    );
  for (const header of ['production', 'production-previous']) {
    const home = await spoiltHome(t, {
      spoil: (text) => {
        const odd = swapped(text);
        return header === 'production' ? odd : text + odd.replace('[production]', `[${header}]`);
      },
    });
    const [, secret = ''] = /secret_access_key = (\S+)/.exec(home.good) ?? [];
    for (const args of [
      ['production'],
      ['-l'],
      ['-k'],
      ['-l', '--json'],
      ['undo', '-t', 'production'],
      ['finish', '-t', 'production'],
    ]) {
      const { stdout, stderr } = await run('keyctl', args, home.env);
      assert.equal(`${stdout}${stderr}`.includes(secret), false, args.join(' '));
      if (args[0] === 'production')
        assert.match(stderr, /aws_access_key_id is no ID of an access key/);
    }
  }
});

it('a link that leads nowhere is said to do so', async (t) => {
  const home = await openHome(t);
  rmSync(home.credentials);
  symlinkSync('/nonexistent/credentials', home.credentials);
  for (const args of [['production'], ['-l']]) {
    const { code, stderr } = await run('keyctl', args, home.env);
    assert.equal(code, 3, stderr);
    assert.match(stderr, /credentials cannot be read: it is a symbolic link that leads nowhere/);
  }
});
