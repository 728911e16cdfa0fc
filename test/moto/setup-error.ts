// What keeps the run against moto from starting, told in one line with a hint.

export class SetupError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}
