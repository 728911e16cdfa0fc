import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faceOf } from './face.ts';

const NAMES: readonly (readonly [calledBy: string, face: string])[] = [
  ['keyturn', 'keyturn'],
  ['/usr/local/bin/keyturn', 'keyturn'],
  ['keyctl', 'keyctl'],
  ['./keyctl', 'keyctl'],
  ['/opt/keyturn/aws-keyctl', 'keyctl'],
  ['C:\\Tools\\KEYCTL.EXE', 'keyctl'],
  ['keyctl.exe', 'keyctl'],
  ['rotate-iam-keys', 'rotateIamKeys'],
  ['/usr/bin/rotate-iam-keys', 'rotateIamKeys'],
  ['rotate-iam-keys.exe', 'rotateIamKeys'],
  ['/keyctl/keyturn', 'keyturn'],
  ['notkeyctl', 'keyturn'],
  ['keyctl-old', 'keyturn'],
  ['keyturn-0.1.0-linux-x64', 'keyturn'],
  ['', 'keyturn'],
];

for (const [calledBy, face] of NAMES) {
  test(`called ${JSON.stringify(calledBy)} it is ${face}`, () => {
    assert.equal(faceOf(calledBy), face);
  });
}
