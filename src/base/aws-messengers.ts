// Amazon SNS and Amazon EventBridge, as ports: src/aws/ speaks to them. Each method throws a KeyturnError.

export interface TopicMessage {
  /** Tells a message that comes twice, where the topic keeps an order. */
  readonly id: string;
  /** ASCII, less than 100 characters. */
  readonly subject: string;
  readonly text: string;
  /** Lists of words by which subscriptions filter. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

export interface Topics {
  publish(arn: string, message: TopicMessage): Promise<void>;
}

export interface BusEvent {
  readonly detailType: string;
  readonly time: Date;
  /** Becomes JSON. */
  readonly detail: object;
}

export interface EventBuses {
  /** All of them, in as few calls as there is room in. Throws also where some of them were refused. */
  put(bus: string, events: readonly BusEvent[]): Promise<void>;
}
