// What every start-up is measured against: a Node process that does nothing.
export {};
