// A topic and an event bus on ministack: what a channel sends there arrives in a queue.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventBusChannel } from '../../src/app/notify/channels/event-bus.ts';
import { topicChannel } from '../../src/app/notify/channels/topic.ts';
import type { Message } from '../../src/app/notify/message.ts';
import { type OpenedMessengers, openMessengers } from '../../src/aws/open-messengers.ts';
import { systemClock } from '../../src/base/clock.ts';
import { type Ministack, skipsMinistack, startMinistack } from './ministack.ts';

const ACCOUNT = '123456789012';
const item = (user: string, kind = 'rotation-blocked') => ({
  ...{ kind, account: ACCOUNT, user, keyId: 'AKIAIOSFODNN7EXAMPLE', hint: null, dueAt: null },
  ...({ text: `the key of ${user} – “quoted”`, why: 'new', noOwner: null } as const),
});
const MESSAGE: Message = {
  id: '0123456789abcdef0123456789abcdef',
  to: null,
  subject: 'keyturn: 12 need a person',
  sections: [
    { title: 'Needs a person', items: Array.from({ length: 12 }, (_, n) => item(`svc-${n}`)) },
  ],
  run: { id: 'run-1', at: new Date(), version: '1.0.0', isDryRun: false },
};

describe('messages on ministack', { skip: skipsMinistack() }, () => {
  let server: Ministack;
  let messengers: OpenedMessengers;
  const { signal } = new AbortController();
  before(async () => {
    server = await startMinistack();
    const reach = { clock: systemClock, env: server.env, emit: () => {}, signal };
    messengers = await openMessengers(reach);
  });
  after(async () => {
    messengers?.close();
    await server?.stop();
  });
  const around = () => messengers as unknown as Parameters<typeof topicChannel>[1];

  it('a topic passes the message on, with what subscriptions filter by', async () => {
    for (const [name, attributes] of [
      ['keys', {}],
      ['keys.fifo', FIFO],
    ] as const) {
      const queue = await makeQueue(server.url, `q-${name}`, attributes);
      const topic = await form(server.url, 'sns', {
        ...{ Action: 'CreateTopic', Name: name },
        ...(name.endsWith('.fifo') && entriesOf('Attributes', attributes)),
      });
      const arn = /<TopicArn>([^<]+)</.exec(topic)?.[1] ?? '';
      const subscription = {
        Action: 'Subscribe',
        Protocol: 'sqs',
        TopicArn: arn,
        Endpoint: arnOf(`q-${name}`),
      };
      await form(server.url, 'sns', subscription);
      await topicChannel({ name: 't', arn }, around()).send(MESSAGE, signal);
      const [body = '{}'] = await receive(server.url, queue, 1);
      const told = JSON.parse(body);
      assert.equal(told.Subject, MESSAGE.subject);
      assert.match(told.Message, /svc-11 in \d+: the key of svc-11 – “quoted”/);
      assert.equal(told.MessageAttributes.kinds.Value, '["rotation-blocked"]');
    }
  });

  it('a bus gets an event for each item, more than one call takes', async () => {
    const queue = await makeQueue(server.url, 'events', {});
    await json(server.url, 'events', 'AWSEvents.PutRule', {
      Name: 'keyturn',
      EventPattern: JSON.stringify({ source: ['keyturn'], 'detail-type': ['rotation-blocked'] }),
    });
    await json(server.url, 'events', 'AWSEvents.PutTargets', {
      Rule: 'keyturn',
      Targets: [{ Id: 'queue', Arn: arnOf('events') }],
    });
    const bus = eventBusChannel({ name: 'b', bus: 'default' }, around());
    await bus.send(MESSAGE, signal);
    const events = (await receive(server.url, queue, 12)).map((body) => JSON.parse(body));
    assert.deepEqual(
      events.map(({ detail }) => detail.item).sort((a, b) => a - b),
      Array.from({ length: 12 }, (_, n) => n),
    );
    const [event] = events;
    assert.equal(event['detail-type'], 'rotation-blocked');
    assert.equal(event.detail.message_id, MESSAGE.id);
    assert.equal(event.detail.account_id, ACCOUNT);
  });

  it('a topic or a bus that is not there is an error that names what is missing', async () => {
    const arn = `arn:aws:sns:us-east-1:${ACCOUNT}:gone`;
    const topic = topicChannel({ name: 't', arn }, around());
    await assert.rejects(topic.send(MESSAGE, signal), /gone|exist|NotFound/i);
  });
});

const FIFO = { FifoTopic: 'true', FifoQueue: 'true', ContentBasedDeduplication: 'false' };

function arnOf(queue: string): string {
  return `arn:aws:sqs:us-east-1:${ACCOUNT}:${queue}`;
}

function entriesOf(prefix: string, entries: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(entries)
      .filter(([name]) => name !== 'FifoQueue')
      .flatMap(([name, value], index) => [
        [`${prefix}.entry.${index + 1}.key`, name],
        [`${prefix}.entry.${index + 1}.value`, value],
      ]),
  );
}

/** It looks at the scope of the credential alone, to know which service is meant. */
function headersFor(service: string) {
  const scope = `${ACCOUNT}/20260101/us-east-1/${service}/aws4_request`;
  const signature = 'SignedHeaders=host, Signature=none';
  return { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, ${signature}` };
}

async function form(url: string, service: string, fields: object): Promise<string> {
  const body = new URLSearchParams({ Version: '2012-11-05', ...fields } as Record<string, string>);
  const answer = await fetch(url, { method: 'POST', headers: headersFor(service), body });
  const text = await answer.text();
  assert.ok(answer.ok, text);
  return text;
}

async function json(url: string, service: string, target: string, input: object) {
  const type = target.startsWith('AWSEvents') ? '1.1' : '1.0';
  const headers = {
    ...headersFor(service),
    'x-amz-target': target,
    'content-type': `application/x-amz-json-${type}`,
  };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(input) });
  const text = await answer.text();
  assert.ok(answer.ok, text);
  return JSON.parse(text || '{}');
}

async function makeQueue(url: string, QueueName: string, attributes: object): Promise<string> {
  const isFifo = QueueName.endsWith('.fifo');
  const Attributes = isFifo ? { FifoQueue: 'true', ...attributes } : {};
  const { QueueUrl } = await json(url, 'sqs', 'AmazonSQS.CreateQueue', { QueueName, Attributes });
  return QueueUrl;
}

/** As many as are wanted, as soon as they are there. */
async function receive(url: string, QueueUrl: string, wanted: number): Promise<readonly string[]> {
  const found: string[] = [];
  for (let tries = 0; tries < 60 && found.length < wanted; tries += 1) {
    const asked = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 };
    const { Messages: messages = [] } = await json(url, 'sqs', 'AmazonSQS.ReceiveMessage', asked);
    for (const { Body: body, ReceiptHandle } of messages) {
      found.push(body);
      await json(url, 'sqs', 'AmazonSQS.DeleteMessage', { QueueUrl, ReceiptHandle });
    }
  }
  return found;
}
