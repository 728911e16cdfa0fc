// The script of the page: it sorts, filters and turns the pages of the table, and switches the theme. It stands in the
// page as its own text, so it may use nothing of this file but its parameters. It puts text into elements and never
// markup, as the policy of the page demands.

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

interface Told {
  readonly perPage: number;
  readonly tones: Readonly<Record<string, string>>;
}

// tidy: allow function-length: it stands in the page as one text, and what is inside of it is short
export function runPage(page: Page, told: Told): void {
  const byId = (id: string) => page.getElementById(id);
  const data = JSON.parse(byId('data').textContent ?? '') as Data;
  const isSeveral = data.accounts.length > 1;
  const collator = new Intl.Collator('en', { numeric: true });
  const values: Record<string, (row: Row) => string | number> = {
    User: (row) => row[1],
    Account: (row) => data.accounts[row[0]] ?? '',
    Key: (row) => row[2],
    Age: (row) => row[3],
    'Last used': (row) => (row[4] < 0 ? 1e9 : row[4]),
    State: (row) => row[6],
  };
  let shown = data.rows;
  let at = 0;
  let sorted = { name: '', isDown: false };

  const make = (name: string, className: string, ...parts: (Part | string)[]) => {
    const part = page.createElement(name);
    if (className !== '') part.className = className;
    part.append(...parts);
    return part;
  };
  const rowOf = (row: Row) => {
    const user = make('th', '', row[1]);
    user.scope = 'row';
    const word = data.tags[row[6]] ?? '';
    const tag = make('span', `tag ${told.tones[word]}`, word);
    return make(
      'tr',
      '',
      user,
      ...(isSeveral ? [make('td', '', data.accounts[row[0]] ?? '')] : []),
      make('td', '', make('code', '', row[2])),
      make('td', 'number', `${row[3]} d`),
      make('td', '', row[5]),
      make('td', '', tag, ` ${row[7]}`),
    );
  };
  const draw = () => {
    const from = at * told.perPage;
    const rows = shown.slice(from, from + told.perPage);
    page.querySelector('#keys-table tbody').replaceChildren(...rows.map(rowOf));
    const all = data.rows.length;
    byId('shown').textContent =
      shown.length === all ? `${all} keys` : `${shown.length} of ${all} keys`;
    const pages = Math.max(1, Math.ceil(shown.length / told.perPage));
    byId('pager').hidden = pages === 1;
    byId('page-at').textContent = `page ${at + 1} of ${pages}`;
    byId('page-back').disabled = at === 0;
    byId('page-next').disabled = at === pages - 1;
  };
  const select = () => {
    const words = byId('find').value.toLowerCase().split(/\s+/).filter(Boolean);
    const only = Number(byId('only').value);
    const rows = data.rows.filter((row) => {
      if (only !== 0 && (row[8] & only) === 0) return false;
      const text = `${row[1]} ${row[2]} ${data.accounts[row[0]]} ${row[5]} ${row[7]}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    const value = values[sorted.name];
    if (value !== undefined) {
      rows.sort((one, other) => {
        const [a, b] = [value(one), value(other)];
        const order =
          typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(`${a}`, `${b}`);
        return sorted.isDown ? -order : order;
      });
    }
    shown = rows;
    at = 0;
    draw();
  };
  const turn = (by: number) => {
    at += by;
    draw();
    page.querySelector('#keys-table').setAttribute('tabindex', '-1');
    page.querySelector('#keys-table').focus();
  };
  const heads = Array.from(page.querySelectorAll('#keys-table thead th'));
  for (const head of heads) {
    const name = head.dataset.sort ?? '';
    const button = make('button', 'sort', name);
    button.type = 'button';
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      sorted = { name, isDown: sorted.name === name ? !sorted.isDown : name === 'Age' };
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

  const themes = Array.from(page.querySelectorAll('#theme button'));
  for (const button of themes) {
    button.addEventListener('click', () => {
      page.documentElement.dataset.theme = button.dataset.theme;
      for (const other of themes) other.setAttribute('aria-pressed', String(other === button));
    });
  }
  byId('theme').hidden = false;
  draw();
}

/** The text of the script, with what it is told. */
export function scriptText(perPage: number): string {
  return `(${String(runPage)})(document,${JSON.stringify({ perPage, tones: TAG_TONES })});`;
}
