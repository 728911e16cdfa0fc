// The two readers of credentials files, the real ones: the AWS SDK's parser, which is a dependency,
// and botocore, which is not: tests that need it are skipped where there is no Python with botocore,
// and fail instead of being skipped when KEYTURN_TEST_REQUIRE_CLIENTS=1.

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

/** Settings by profile; undefined when the reader gives up on the file. */
export type RealReading = Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;

interface SharedIniModule {
  readonly loadSharedConfigFiles: (options: {
    filepath: string;
    configFilepath: string;
    ignoreCache?: boolean;
  }) => Promise<{ credentialsFile: RealReading; configFile: RealReading }>;
  readonly externalDataInterceptor: {
    interceptFile(path: string, content: string): void;
    getFileRecord(): Record<string, unknown>;
  };
}

const { loadSharedConfigFiles, externalDataInterceptor } = createRequire(import.meta.url)(
  '@smithy/core/config',
) as SharedIniModule;

const NO_FILE = '/nonexistent/keyturn';
const INTERCEPTED = '/intercepted/keyturn';

/** What the SDK makes of a credentials file with these bytes, through its public functions. */
export async function readBySdk(bytes: Buffer): Promise<RealReading> {
  externalDataInterceptor.interceptFile(INTERCEPTED, bytes.toString('utf8'));
  const options = { filepath: INTERCEPTED, configFilepath: NO_FILE };
  return (await loadSharedConfigFiles(options)).credentialsFile;
}

/** The same for a config file. */
export async function readConfigBySdk(bytes: Buffer): Promise<RealReading> {
  externalDataInterceptor.interceptFile(INTERCEPTED, bytes.toString('utf8'));
  const options = { filepath: NO_FILE, configFilepath: INTERCEPTED };
  return (await loadSharedConfigFiles(options)).configFile;
}

/** From the disk, as a program would. */
export async function readFileBySdk(path: string): Promise<RealReading> {
  const options = { filepath: path, configFilepath: NO_FILE, ignoreCache: true };
  return (await loadSharedConfigFiles(options)).credentialsFile;
}

const PYTHON = process.env.KEYTURN_TEST_PYTHON ?? '/usr/bin/python3';
const IS_REQUIRED = process.env.KEYTURN_TEST_REQUIRE_CLIENTS === '1';

/** The reason to skip a test that needs botocore; false when it can run. */
export function skipWithoutBotocore(): string | false {
  if (IS_REQUIRED || spawnSync(PYTHON, ['-c', 'import botocore']).status === 0) return false;
  return `no botocore for ${PYTHON}; install python3-botocore or set KEYTURN_TEST_PYTHON`;
}

/** One process for all files: one base64 line each in, one JSON line each out. */
const SCRIPT = `
import base64, json, os, sys, tempfile
from botocore.configloader import raw_config_parse
from botocore.exceptions import ConfigParseError
# A file in memory where the system has them: a disk makes this ten times slower.
in_memory = hasattr(os, 'memfd_create') and os.path.isdir('/proc/self/fd')
if in_memory:
    path = '/proc/self/fd/%d' % os.memfd_create('credentials')
else:
    path = os.path.join(tempfile.mkdtemp(), 'credentials')
def flat(section):
    out = {}
    for name, value in section.items():
        if isinstance(value, dict):
            for inner, text in value.items():
                out[name + '.' + inner] = text
        else:
            out[name] = value
    return out
for line in sys.stdin:
    with open(path, 'wb') as file:
        file.write(base64.b64decode(line))
    try:
        read = raw_config_parse(path)
        print(json.dumps({'sections': {name: flat(section) for name, section in read.items()}}))
    except ConfigParseError as thrown:
        error = thrown.kwargs['error']
        number = getattr(error, 'lineno', None)
        if number is None and getattr(error, 'errors', None):
            number = error.errors[0][0]
        print(json.dumps({'error': type(error).__name__, 'line': number}))
if not in_memory:
    os.remove(path)
    os.rmdir(os.path.dirname(path))
`;

export type BotocoreReading =
  | { readonly sections: NonNullable<RealReading> }
  | { readonly sections: undefined; readonly error: string; readonly line: number | null };

/** What botocore makes of each file. */
export function readByBotocore(files: readonly Buffer[]): BotocoreReading[] {
  const input = files.map((bytes) => `${bytes.toString('base64')}\n`).join('');
  const { status, stdout, stderr } = spawnSync(PYTHON, ['-c', SCRIPT], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' },
  });
  if (status !== 0) throw new TypeError(`python ended with ${status}: ${stderr}`);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as BotocoreReading);
}
