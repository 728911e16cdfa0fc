// What a region may be called.

/** Every region so far, such as us-east-1, us-gov-west-1, us-isob-east-1; and a partition as a whole. */
const SHAPE = /^(?:[a-z]{2,5}(?:-[a-z]+){1,3}-\d{1,2}|aws(?:-[a-z]+){0,2}-global)$/;

export function isRegionName(text: string): boolean {
  return SHAPE.test(text);
}
