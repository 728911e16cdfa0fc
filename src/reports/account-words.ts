// The accounts that a page of several accounts names, for the commands that it prints: each of them works in the
// account of the caller unless it is told another one.

interface OfAccount {
  readonly account_id: string;
}

/** `--accounts …` for these rows of a page; nothing where the whole page is about one account. */
export function accountWords(
  rows: readonly OfAccount[],
  page: readonly OfAccount[],
): readonly string[] {
  const several = new Set(page.map(({ account_id: account }) => account)).size > 1;
  const named = [...new Set(rows.map(({ account_id: account }) => account))].toSorted();
  return several ? ['--accounts', named.join(',')] : [];
}
