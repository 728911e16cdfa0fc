// Links of Markdown pages within a folder.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** The links of a page that lead to nothing, out of the folder, or to a heading that is not there. */
export function deadLinks(root: string, page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8').replaceAll(/```[\s\S]*?```/g, '');
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? '');
  return links.filter((link) => !/^(?:https?|mailto):/.test(link) && isDead(root, page, link));
}

function isDead(root: string, page: string, link: string): boolean {
  const [path = '', heading] = link.split('#');
  const target = path === '' ? join(root, page) : resolve(root, dirname(page), path);
  if (relative(root, target).startsWith('..') || !existsSync(target)) return true;
  return heading !== undefined && target.endsWith('.md') && !headingsOf(target).includes(heading);
}

/** As GitHub names them. */
function headingsOf(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}
