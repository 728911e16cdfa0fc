// Whoever does not answer is given up when the time for it is over.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: as it is written in the file

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openChannels } from '../../src/app/notify/channels/open-channels.ts';
import { openSurroundings } from '../../src/app/notify/open-surroundings.ts';
import { systemClock } from '../../src/base/clock.ts';
import { mailSink } from './mail-sink.ts';
import { listener } from './stage.ts';

test('a service, a program or a mail server that hangs is given up', async (t) => {
  const hanging = await listener(t, [{ instead: 'hang' }]);
  const sink = await mailSink(t, { user: 'k', password: 'p', isSilent: true });
  const env = { HOOK: hanging.url, PATH: process.env.PATH ?? '' };
  const signal = AbortSignal.timeout(400);
  const around = await openSurroundings({ clock: systemClock, env, emit: () => {}, signal });
  t.after(around.close);
  const channels = openChannels(
    {
      channels: [
        { name: 'a', slack: '${env:HOOK}' },
        { name: 'b', webhook: hanging.url },
        { name: 'c', run: ['/bin/sleep', '60'] },
        {
          name: 'd',
          smtp: `smtp://127.0.0.1:${sink.port}`,
          from: 'k@example.com',
          to: ['p@example.com'],
        },
      ],
    },
    around,
  );
  const message = {
    ...{ id: 'm', to: null, subject: 'keyturn: 1 done', sections: [] },
    run: { id: null, at: new Date(), version: '1', isDryRun: false },
  };
  const ended = await Promise.allSettled(
    channels.map(({ channel }) => channel.send(message, signal)),
  );
  assert.deepEqual(
    ended.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected', 'rejected'],
  );
});
