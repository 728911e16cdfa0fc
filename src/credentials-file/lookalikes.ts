// Headers that look like the name of a profile, and are another one for every AWS tool: with spaces or
// quotation marks inside the brackets, or with a character that nobody sees.

import type { FoundProblems, Problem } from './disagreements.ts';
import { asSeen, firstNotAscii, firstUnseen } from './odd-characters.ts';

/** What is wrong with such headers; what each is called is told where nothing else is. */
export function lookalikes(name: string, { headers, of }: FoundProblems): readonly Problem[] {
  const alike = [...headers].filter(([each]) => each !== name && bare(each) === bare(name));
  return alike.flatMap(([each, line]): readonly Problem[] => {
    const found = of(each);
    return found.length > 0 ? found : [otherwiseSpelled(line, name, each)];
  });
}

const EVERY_DASH = /[\u2010-\u2015\u2212]/gu;
const DASHES = /[\u2010-\u2015\u2212]/u;

function bare(name: string): string {
  const seen = asSeen(asSeen(name).replace(/^["'[]+|["'\]]+$/g, ''));
  return seen.replaceAll(EVERY_DASH, '-');
}

/** A name with a space would be refused next: the AWS SDK skips it. */
function wellNamed(name: string): string {
  return name.trim().replaceAll(/\s+/g, '-');
}

function otherwiseSpelled(line: number, name: string, spelled: string): Problem {
  const about = {
    line,
    scope: 'profile',
    profile: spelled,
    mend: () => `write [${wellNamed(name)}]`,
  } as const;
  const odd = firstUnseen(spelled) ?? (DASHES.test(spelled) ? firstNotAscii(spelled) : undefined);
  if (odd === undefined) {
    const explanation = `begins the profile [${spelled}]: between the brackets spaces, quotation marks and further brackets belong to the name`;
    return { ...about, explanation };
  }
  // Behind the bracket, which nearly always begins the line.
  const column = odd.column + 1;
  return { ...about, column, explanation: `has ${odd.name} in the name of the profile` };
}
