// The page's address is its state: path, variables, time range.

import { useEffect, useState } from 'preact/hooks';

export interface Location { path: string; params: URLSearchParams; hash: string }

const read = (): Location => ({ path: decodeURIComponent(window.location.pathname), params: new URLSearchParams(window.location.search), hash: window.location.hash });

// here is where the page is now; what useLocation gave may be of a moment ago.
export const here = read;

const listeners = new Set<() => void>();
const tell = () => { for (const l of [...listeners]) l(); };

export function navigate(href: string, replace = false): void {
  if (href === window.location.pathname + window.location.search + window.location.hash) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', href);
  tell();
}

export function useLocation(): Location {
  const [location, set] = useState(read);
  useEffect(() => {
    const update = () => set(read());
    listeners.add(update);
    window.addEventListener('popstate', update);
    return () => { listeners.delete(update); window.removeEventListener('popstate', update); };
  }, []);
  return location;
}

// changed gives the address with other parameters: undefined takes one away.
export function changed(params: URLSearchParams, changes: Record<string, string | string[] | undefined>): string {
  const next = new URLSearchParams(params);
  for (const [key, value] of Object.entries(changes)) {
    next.delete(key);
    for (const v of [value ?? []].flat()) next.append(key, v);
  }
  return window.location.pathname + (next.size ? `?${next}` : '');
}

// A click on a link that stays on the page loads nothing anew.
export function followLinks(): void {
  document.addEventListener('click', (e) => {
    const a = (e.target as Element).closest?.('a');
    if (!a || e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey || a.target === '_blank' || a.hasAttribute('download')) return;
    const to = new URL(a.href);
    if (to.origin !== window.location.origin || /^\/(api|content|assets)\//.test(to.pathname) || to.pathname === '/licences.txt') return;
    if (to.pathname === window.location.pathname && to.hash) return;
    e.preventDefault();
    navigate(to.pathname + to.search + to.hash);
    window.scrollTo(0, 0);
  });
}
