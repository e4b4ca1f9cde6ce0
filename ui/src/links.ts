// Where links lead: dashboards and runbooks stay on this page, whatever server their address names.

import type { Where } from './markdown';

const docs = 'https://github.com/leeway-ml/leeway/blob/main/docs/';

export interface Place { href: string; outside?: boolean }

// place takes dashboards (/d/UID), runbooks (.../runbooks/NAME.md) and docs to this page, if it has them; other addresses must be of http.
export function place(href: string, dashboards: readonly string[]): Place | undefined {
  const runbook = /(?:^|\/)runbooks\/(\w+)(?:\.md)?(#.*)?$/.exec(href);
  if (runbook) return { href: `/runbooks/${runbook[1]}${runbook[2] ?? ''}` };
  const dashboard = /^(?:https?:\/\/[^/?#]*)?(?:\/[^?#]*)?\/d\/([\w-]+)(?:\/[^?#]*)?(\?[^#]*)?(#.*)?$/.exec(href);
  if (dashboard && dashboards.includes(dashboard[1]!)) return { href: `/d/${dashboard[1]}${dashboard[2] ?? ''}` };
  if (/^https?:\/\//.test(href)) return { href, outside: true };
  if (/^[/#]/.test(href) && !href.startsWith('//')) return { href };
  return undefined;
}

// inRunbook is for links that runbooks have among themselves and to the other docs.
export const inRunbook = (dashboards: readonly string[]): Where => (href) => {
  if (/^\w+\.md(#.*)?$/.test(href)) return place(`runbooks/${href}`, dashboards);
  if (/^\.\.\/[\w./-]+(#.*)?$/.test(href) && !href.startsWith('../runbooks/')) return { href: new URL(href, `${docs}runbooks/`).href, outside: true };
  return place(href, dashboards);
};
