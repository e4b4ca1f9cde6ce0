// Light or dark: as the system says, or as was chosen here.

import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import type { Theme } from './colors';

const system = window.matchMedia('(prefers-color-scheme: dark)');

function chosen(): Theme | undefined {
  try {
    const t = localStorage.getItem('leeway-theme');
    return t === 'light' || t === 'dark' ? t : undefined;
  } catch {
    return undefined; // storage is forbidden
  }
}

const current = (): Theme => chosen() ?? (system.matches ? 'dark' : 'light');

export function useTheme(): [Theme, () => void] {
  const [theme, set] = useState(current);
  useEffect(() => {
    const update = () => set(current());
    system.addEventListener('change', update);
    return () => system.removeEventListener('change', update);
  }, []);
  useLayoutEffect(() => { document.documentElement.dataset['theme'] = theme; }, [theme]); // before anything is painted
  const toggle = () => {
    const next = theme === 'dark' ? 'light' : 'dark';
    try {
      localStorage.setItem('leeway-theme', next);
    } catch { /* it lasts as long as the page */ }
    set(next);
  };
  return [theme, toggle];
}
