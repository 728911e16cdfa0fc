// The script of the page: it sorts, filters and turns the pages of the table, and switches the theme. Its functions
// stand in the page as their own texts, so each may use nothing of this file but its parameters. They put text into
// elements and never markup, as the policy of the page demands.

import { TAG_TONES } from './key-rows.ts';

/** What it uses of the browser's document. */
interface Part {
  textContent: string | null;
  hidden: boolean;
  value: string;
  disabled: boolean;
  className: string;
  scope: string;
  type: string;
  dataset: Record<string, string | undefined>;
  append(...parts: (Part | string)[]): void;
  replaceChildren(...parts: (Part | string)[]): void;
  addEventListener(name: string, act: (event: { preventDefault(): void }) => void): void;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  focus(): void;
}

interface Page extends Part {
  readonly documentElement: Part;
  getElementById(id: string): Part;
  querySelector(what: string): Part;
  querySelectorAll(what: string): ArrayLike<Part>;
  createElement(name: string): Part;
}

interface Data {
  readonly accounts: readonly string[];
  readonly tags: readonly string[];
  readonly rows: readonly (readonly [
    number,
    string,
    string,
    number,
    number,
    string,
    number,
    string,
    number,
  ])[];
}

type Row = Data['rows'][number];

/** What a reader asked for. */
interface Asked {
  readonly text: string;
  /** Bits of filters; all keys at 0. */
  readonly only: number;
  /** The heading that the rows are sorted by; as they came where it is empty. */
  readonly sort: string;
  readonly isDown: boolean;
}

/** The rows that are asked for, in the order that is asked for. */
function pickRows({ rows, accounts }: Data, { text, only, sort, isDown }: Asked): readonly Row[] {
  const collator = new Intl.Collator('en', { numeric: true });
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const picked = rows.filter((row) => {
    if (only !== 0 && (row[8] & only) === 0) return false;
    const all = `${row[1]} ${row[2]} ${accounts[row[0]]} ${row[5]} ${row[7]}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
  const values: Record<string, (row: Row) => string | number> = {
    User: (row) => row[1],
    Account: (row) => accounts[row[0]] ?? '',
    Key: (row) => row[2],
    Age: (row) => row[3],
    'Last used': (row) => (row[4] < 0 ? 1e9 : row[4]),
    State: (row) => row[6],
  };
  const value = values[sort];
  if (value === undefined) return picked;
  return picked.sort((one, other) => {
    const [a, b] = [value(one), value(other)];
    const isNumber = typeof a === 'number' && typeof b === 'number';
    const order = isNumber ? a - b : collator.compare(String(a), String(b));
    return isDown ? -order : order;
  });
}

interface Drawing extends Data {
  readonly tones: Readonly<Record<string, string>>;
}

/** A row as the page had it from the beginning. */
function drawRow(page: Page, row: Row, { accounts, tags, tones }: Drawing): Part {
  const make = (name: string, className: string, ...parts: (Part | string)[]) => {
    const part = page.createElement(name);
    if (className !== '') part.className = className;
    part.append(...parts);
    return part;
  };
  const user = make('th', '', row[1]);
  user.scope = 'row';
  const word = tags[row[6]] ?? '';
  return make(
    'tr',
    '',
    user,
    ...(accounts.length > 1 ? [make('td', '', accounts[row[0]] ?? '')] : []),
    make('td', '', make('code', '', row[2])),
    make('td', 'number', `${row[3]} d`),
    make('td', '', row[5]),
    make('td', '', make('span', `tag ${tones[word]}`, word), ` ${row[7]}`),
  );
}

interface Tools {
  readonly perPage: number;
  readonly tones: Drawing['tones'];
  readonly pick: typeof pickRows;
  readonly draw: typeof drawRow;
}

function runTable(page: Page, { perPage, tones, pick, draw }: Tools): void {
  const byId = (id: string) => page.getElementById(id);
  const data = JSON.parse(byId('data').textContent ?? '') as Data;
  const drawing = { ...data, tones };
  let shown = data.rows;
  let at = 0;
  let sorted = { sort: '', isDown: false };

  const show = () => {
    const rows = shown.slice(at * perPage, (at + 1) * perPage);
    const body = page.querySelector('#keys-table tbody');
    body.replaceChildren(...rows.map((row) => draw(page, row, drawing)));
    const [some, all] = [shown.length, data.rows.length];
    byId('shown').textContent = some === all ? `${all} keys` : `${some} of ${all} keys`;
    const pages = Math.max(1, Math.ceil(some / perPage));
    byId('pager').hidden = pages === 1;
    byId('page-at').textContent = `page ${at + 1} of ${pages}`;
    byId('page-back').disabled = at === 0;
    byId('page-next').disabled = at === pages - 1;
  };
  const select = () => {
    const only = Number(byId('only').value);
    shown = pick(data, { text: byId('find').value, only, ...sorted });
    at = 0;
    show();
  };
  const turn = (by: number) => {
    at += by;
    show();
    page.querySelector('#keys-table').setAttribute('tabindex', '-1');
    page.querySelector('#keys-table').focus();
  };
  const heads = Array.from(page.querySelectorAll('#keys-table thead th'));
  for (const head of heads) {
    const sort = head.dataset.sort ?? '';
    const button = page.createElement('button');
    button.className = 'sort';
    button.type = 'button';
    button.append(sort);
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      // The oldest keys are what a reader wants first.
      sorted = { sort, isDown: sorted.sort === sort ? !sorted.isDown : sort === 'Age' };
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', sorted.isDown ? 'descending' : 'ascending');
      select();
    });
  }
  byId('find').addEventListener('input', select);
  byId('only').addEventListener('change', select);
  byId('filter').addEventListener('submit', (event) => event.preventDefault());
  byId('page-back').addEventListener('click', () => turn(-1));
  byId('page-next').addEventListener('click', () => turn(1));
  byId('filter').hidden = false;
  // A browser that comes back to the page may have kept what was asked for.
  select();
}

function runThemes(page: Page): void {
  const buttons = Array.from(page.querySelectorAll('#theme button'));
  for (const button of buttons) {
    button.addEventListener('click', () => {
      page.documentElement.dataset.theme = button.dataset.theme;
      for (const other of buttons) other.setAttribute('aria-pressed', String(other === button));
    });
  }
  page.getElementById('theme').hidden = false;
}

/** The text of the script. The functions are handed each other, whatever a bundler calls them. */
export function scriptText(perPage: number): string {
  const tools = `{perPage:${perPage},tones:${JSON.stringify(TAG_TONES)},pick:${pickRows},draw:${drawRow}}`;
  return `(${runTable})(document,${tools});(${runThemes})(document);`;
}
