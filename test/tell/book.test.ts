// What is said once: by whichever of several runs, whatever dies in between, with channels that are made of memory.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel } from '../../src/app/notify/channels/channel.ts';
import type { OpenedChannel } from '../../src/app/notify/channels/open-channels.ts';
import type { Deed, Matter } from '../../src/app/notify/matter.ts';
import type { Message } from '../../src/app/notify/message.ts';
import type { Entry } from '../../src/app/notify/notice-book.ts';
import { notifyRun } from '../../src/app/notify/notify-run.ts';
import type { Owner } from '../../src/app/notify/owner.ts';
import {
  type ChannelView,
  planMessages,
  type Standing,
} from '../../src/app/notify/plan-messages.ts';
import type { EngineEvent } from '../../src/base/events.ts';
import { Memory } from '../../src/state/memory/memory.ts';
import { MemoryStore } from '../../src/state/memory/memory-store.ts';
import { settableClock } from '../state/support.ts';

const NOTIFY = { channels: [{ name: 'ops', run: ['x'] }] };
const MINUTE_MS = 60_000;

function matter(user: string): Matter {
  const about = { account: '111122223333', user, keyId: null };
  const more = { stage: 'two-active-keys', text: 'it is blocked', hint: null, dueAt: undefined };
  return { id: `m-${user}`, kind: 'rotation-blocked', occasion: 'needs-person', ...about, ...more };
}

function deed(user: string): Deed {
  return { account: '111122223333', user, keyId: null, text: 'a key was made' };
}

function stage() {
  const memory = new Memory();
  const clock = settableClock();
  const sent: Message[] = [];
  const events: EngineEvent[] = [];
  const run = async (
    name: string,
    users: readonly string[],
    more: {
      readonly send?: Channel['send'];
      readonly touch?: () => void;
      readonly afterMs?: number;
      readonly deeds?: readonly string[];
    } = {},
  ) => {
    const { send = async (message) => void sent.push(message), touch, afterMs = 0 } = more;
    const { deeds = [] } = more;
    const at = new Date(clock.now().getTime() + afterMs);
    const store = new MemoryStore({
      ...{ clock, run: name, memory },
      ...(touch && {
        touch: async (work) => {
          touch();
          return work();
        },
      }),
    });
    const standing: Standing = {
      ...{ deeds: deeds.map(deed), matters: users.map(matter), isLookedAt: () => true },
      ownerOf: () => ({ kind: 'unknown', why: 'nobody asked', isAsked: true }),
      run: { id: name, at, version: '1', isDryRun: false },
    };
    const channel: Channel = { name: 'ops', kind: 'run', writesToOwners: false, send };
    const opened: OpenedChannel = { channel, model: { name: 'ops', run: ['x'] } };
    const { signal } = new AbortController();
    const emit = (event: EngineEvent) => void events.push(event);
    const { notices } = store;
    return await notifyRun([opened], {
      notify: NOTIFY,
      standing,
      notices,
      run: name,
      emit,
      signal,
    });
  };
  return { run, sent, events };
}

const told = (sent: readonly Message[]) =>
  sent.map(({ sections }) => sections.flatMap(({ items }) => items.map(({ user }) => user)));

test('of runs that meet one tells a matter, and what only one knows is told by that one', async () => {
  const { run, sent } = stage();
  const counts = await Promise.all([
    run('run-1', ['a', 'b']),
    run('run-2', ['a', 'b', 'c']),
    run('run-3', ['a', 'b']),
  ]);
  const users = told(sent).flat();
  assert.deepEqual(users.toSorted(), ['a', 'b', 'c']);
  assert.equal(
    counts.reduce((sum, count) => sum + count.sent, 0),
    sent.length,
  );
});

test('a run that dies before it has sent: the next one tells it, under the same name', async () => {
  const { run, sent, events } = stage();
  const ids: string[] = [];
  const dies: Channel['send'] = async ({ id }) => {
    ids.push(id);
    throw new Error('killed');
  };
  assert.deepEqual(await run('run-1', ['a'], { send: dies }), { sent: 0, failed: 1 });
  assert.equal(events.at(-1)?.code, 'notification-failed');
  assert.deepEqual(await run('run-2', ['a'], { afterMs: MINUTE_MS }), { sent: 0, failed: 0 });
  await run('run-3', ['a', 'b'], { afterMs: 20 * MINUTE_MS });
  assert.deepEqual(told(sent), [['a'], ['b']]);
  assert.equal(sent[0]?.id, ids[0]);
  assert.notEqual(sent[1]?.id, ids[0]);
});

test('a run that dies after it has sent: said twice at most, and under the same name', async () => {
  const { run, sent, events } = stage();
  let isBroken = false;
  const touch = () => {
    if (isBroken) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
  };
  const send: Channel['send'] = async (message) => {
    sent.push(message);
    isBroken = true;
  };
  assert.deepEqual(await run('run-1', ['a'], { send, touch }), { sent: 1, failed: 0 });
  assert.equal(events.at(-1)?.code, 'notices-unreadable');
  await run('run-2', ['a'], { afterMs: 20 * MINUTE_MS });
  await run('run-3', ['a'], { afterMs: 40 * MINUTE_MS });
  assert.deepEqual(told(sent), [['a'], ['a']]);
  assert.equal(sent[0]?.id, sent[1]?.id);
});

test('what was done and could not be told is told by a later run, under the same name and once', async () => {
  const { run, sent, events } = stage();
  const ids: string[] = [];
  const dies: Channel['send'] = async ({ id }) => {
    ids.push(id);
    throw new Error('killed');
  };
  const lost = await run('run-1', ['a'], { send: dies, deeds: ['x', 'y'] });
  assert.deepEqual(lost, { sent: 0, failed: 1 });
  assert.equal(events.at(-1)?.code, 'notification-failed');
  await run('run-2', ['a'], { afterMs: MINUTE_MS });
  assert.deepEqual(sent, [], 'somebody may be sending it still');
  const later = { afterMs: 20 * MINUTE_MS };
  await Promise.all([run('run-3', ['a'], { ...later, deeds: ['z'] }), run('run-4', ['a'], later)]);
  const again = sent.filter(({ id }) => id === ids[0]);
  assert.deepEqual(told(again).flat().toSorted(), ['a', 'x', 'y']);
  assert.deepEqual(told(sent).flat().toSorted(), ['a', 'x', 'y', 'z']);
  await run('run-5', ['a'], { afterMs: 60 * MINUTE_MS });
  assert.equal(told(sent).flat().length, 4);
});

test('what was done a month ago and never told is news to nobody', async () => {
  const { run, sent } = stage();
  const dies: Channel['send'] = async () => {
    throw new Error('refused');
  };
  await run('run-1', [], { send: dies, deeds: ['x'] });
  await run('run-2', [], { afterMs: 31 * 86_400_000 });
  await run('run-3', [], { afterMs: 0 });
  assert.deepEqual(sent, []);
});

test('where it is not known what was said, nothing is said', async () => {
  const { run, sent, events } = stage();
  const touch = () => {
    throw Object.assign(new Error('gone'), { code: 'EIO' });
  };
  assert.deepEqual(await run('run-1', ['a'], { touch }), { sent: 0, failed: 0 });
  assert.deepEqual(sent, []);
  assert.equal(events[0]?.code, 'notices-unreadable');
});

test('an end is told once, also where its sender dies', async () => {
  const { run, sent } = stage();
  await run('run-1', ['a']);
  const dies: Channel['send'] = async () => {
    throw new Error('killed');
  };
  await run('run-2', [], { send: dies, afterMs: MINUTE_MS });
  await run('run-3', [], { afterMs: 30 * MINUTE_MS });
  await run('run-4', [], { afterMs: 60 * MINUTE_MS });
  assert.deepEqual(
    sent.map(({ subject }) => subject),
    ['keyturn: 1 needs a person', 'keyturn: 1 is over'],
  );
});

test('whose tags cannot be read this time is told as before', () => {
  const standing = (owner: Owner): Standing => ({
    ...{ deeds: [], matters: [matter('a')], isLookedAt: () => true, ownerOf: () => owner },
    run: { id: 'run', at: new Date(), version: '1', isDryRun: false },
  });
  const view = (entries: readonly Entry[]): ChannelView => ({
    unsent: [],
    ...{ name: 'mail', writesToOwners: true, occasions: ['needs-person'], entries },
    repeatDays: 7,
  });
  const known: Owner = { kind: 'known', address: 'ann@example.com', tag: 'owner' };
  const [first] = planMessages(view([]), standing(known)).messages;
  assert.equal(first?.message.to, 'ann@example.com');
  const said = first?.matters[0]?.after;
  assert.ok(said);
  const entries = [{ channel: 'mail', matter: 'm-a', said }];
  const denied: Owner = { kind: 'unknown', why: 'denied', isAsked: false };
  assert.deepEqual(planMessages(view(entries), standing(denied)).messages, []);
  const nobody: Owner = { kind: 'unknown', why: 'no tag', isAsked: true };
  const [moved] = planMessages(view(entries), standing(nobody)).messages;
  assert.equal(moved?.message.to, null);
});
