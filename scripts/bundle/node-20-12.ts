// Node 20.12 to 20.17 know styleText with one format only, and the bundler calls it with several as
// it loads. Import this first.

import { syncBuiltinESMExports } from 'node:module';
import util from 'node:util';

type Format = Parameters<typeof util.styleText>[0];

const original = util.styleText;

function styleText(format: Format | readonly Format[], text: string): string {
  const formats = [format].flat() as Format[];
  return formats.reduce((styled, each) => original(each, styled), text);
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major === 20 && minor < 18) {
  Object.assign(util, { styleText });
  syncBuiltinESMExports();
}
