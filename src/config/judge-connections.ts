// Connections: how places are reached otherwise than the environment says. Each belongs to one service, says
// what that service takes, and is named by a place: one that nobody names would promise what does not happen,
// and its places would be reached as the environment says.

import { OFFERED_KINDS } from '../destinations/kinds.ts';
import { templateFault } from '../destinations/place.ts';
import { isBareAddress, NO_ADDRESS, withScheme } from '../destinations/place-options.ts';
import type { Found, Path } from './fault.ts';
import type { ConfigModel, Connection, Connections, Policy } from './model.ts';
import { settingsIn } from './place-item.ts';

export function judgeConnections(
  { connections = {} }: ConfigModel,
  policies: readonly Policy[],
): readonly Found[] {
  const named = new Set(
    policies.flatMap(({ deliver = [] }) =>
      deliver.flatMap((item) => (typeof item === 'string' ? [] : (item.with ?? []))),
    ),
  );
  return Object.entries(connections).flatMap(([name, connection]): readonly Found[] => {
    const path: Path = ['connections', name];
    const fault = settingFault(connection, path);
    if (fault !== undefined) return [fault];
    if (named.has(name)) return [];
    const message = `no place is reached by the connection "${name}"; write "with: ${name}" beside one, or remove it`;
    return [{ path, isKey: true, code: 'unknown-name', message }];
  });
}

/** Those that have no fault; of the others their kind alone, so that what is wrong is told once. */
export function soundConnections({ connections = {} }: ConfigModel): Connections {
  return Object.fromEntries(
    Object.entries(connections).map(([name, connection]) => [
      name,
      settingFault(connection, []) === undefined ? connection : { kind: connection.kind },
    ]),
  );
}

function settingFault(connection: Connection, path: Path): Found | undefined {
  const kind = OFFERED_KINDS.find(({ way }) => way?.service === connection.kind);
  const { way, rule } = kind ?? {};
  if (way === undefined || rule === undefined) return undefined;
  const settings = settingsIn(connection);
  const keyOf = (setting: string): Path => [...path, setting.replaceAll('-', '_')];
  const foreign = settings.find(([setting]) => !Object.hasOwn(way.settings, setting));
  if (foreign !== undefined) {
    const takes = Object.keys(way.settings).map((name) => name.replaceAll('-', '_'));
    const message = `a connection of ${connection.kind} has no "${keyOf(foreign[0]).at(-1)}"; it takes ${takes.join(', ')}`;
    return { path: keyOf(foreign[0]), isKey: true, code: 'conflict', message };
  }
  if (settings.length === 0) {
    const takes = Object.keys(way.settings).map((name) => name.replaceAll('-', '_'));
    const message = `this connection says nothing of the way there; it takes ${takes.join(', ')}`;
    return { path, code: 'missing-key', message };
  }
  for (const [setting, value] of settings) {
    const own = setting === 'address' ? addressFault(value) : undefined;
    if (own !== undefined) return { path: keyOf(setting), ...own };
    const fault = templateFault(way.into(rule.example, new Map([[setting, value]])), rule);
    if (fault === undefined || setting === 'external-id') continue;
    return { path: keyOf(setting), code: 'bad-value', message: fault };
  }
  const together = templateFault(way.into(rule.example, new Map(settings)), rule);
  return together === undefined ? undefined : { path, code: 'conflict', message: together };
}

/** I8: what holds a password is told without its line. */
export function addressFault(text: string): Pick<Found, 'code' | 'message'> | undefined {
  const whole = withScheme(text);
  if (isBareAddress(whole)) return undefined;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  const isOfSecret = url === undefined ? text.includes('@') : url.username + url.password !== '';
  return { code: isOfSecret ? 'secret-in-clear' : 'bad-value', message: NO_ADDRESS };
}
