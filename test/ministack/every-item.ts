// All that a DynamoDB of nobody here keeps of some tables, asked without the code that wrote it: each item, and
// each change of one that the stream of its table tells.

import type { Item } from '../../src/sandbox/dynamodb/value.ts';
import { plainTextOf } from '../state/table-texts.ts';
import type { Ministack } from './ministack.ts';

type Fields = Readonly<Record<string, unknown>>;

/** As whoever has a key of no account of its own, as runners have here. Throws what the server refuses. */
async function ask({ url }: Ministack, target: string, input: Fields): Promise<Fields> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': target,
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify(input),
  });
  const body = (await answer.json()) as Fields;
  if (!answer.ok) throw new RangeError(`${target}: ${JSON.stringify(body)}`);
  return body;
}

/** With what is packed in them unpacked. */
export async function textsOfTable(
  server: Ministack,
  table: string,
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  let after: unknown;
  do {
    const start = after === undefined ? {} : { ExclusiveStartKey: after };
    const page = await ask(server, 'DynamoDB_20120810.Scan', { TableName: table, ...start });
    for (const item of page.Items as Item[]) {
      texts.set(`${table} ${JSON.stringify([item.pk, item.sk])}`, plainTextOf(item));
    }
    after = page.LastEvaluatedKey;
  } while (after !== undefined);
  return texts;
}

/** A table of one's own making, with a stream. */
export async function makeWithStream(server: Ministack, table: string): Promise<void> {
  const key = (name: string, KeyType: string) => ({ AttributeName: name, KeyType });
  await ask(server, 'DynamoDB_20120810.CreateTable', {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    KeySchema: [key('pk', 'HASH'), key('sk', 'RANGE')],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
}

/** What the stream of the table tells: each item before and after each change. */
export async function textsOfStream(
  server: Ministack,
  table: string,
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const streams = 'DynamoDBStreams_20120810';
  const { Table } = await ask(server, 'DynamoDB_20120810.DescribeTable', { TableName: table });
  const { LatestStreamArn: StreamArn } = Table as Fields;
  const { StreamDescription } = await ask(server, `${streams}.DescribeStream`, { StreamArn });
  for (const { ShardId } of (StreamDescription as { Shards: { ShardId: string }[] }).Shards) {
    const start = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
    let { ShardIterator } = await ask(server, `${streams}.GetShardIterator`, start);
    for (let page = 0; ShardIterator && page < 100; page += 1) {
      const { Records, NextShardIterator } = await ask(server, `${streams}.GetRecords`, {
        ShardIterator,
      });
      const records = Records as { dynamodb: { OldImage?: Item; NewImage?: Item } }[];
      for (const { dynamodb } of records) {
        for (const image of [dynamodb.OldImage, dynamodb.NewImage]) {
          if (image !== undefined) texts.set(`${table} change ${texts.size}`, plainTextOf(image));
        }
      }
      if (records.length === 0) break;
      ShardIterator = NextShardIterator;
    }
  }
  return texts;
}

/** Puts a text where a secret would be if somebody wrote one in clear. */
export async function plant(server: Ministack, table: string, text: string): Promise<void> {
  const Item = { pk: { S: 'planted' }, sk: { S: 'planted' }, ct: { B: base64Of(text) } };
  await ask(server, 'DynamoDB_20120810.PutItem', { TableName: table, Item });
}

function base64Of(text: string): string {
  return Buffer.from(text).toString('base64');
}
