// A button that opens a small box: closed by Escape, by a click elsewhere, and by leaving it with the keyboard.

import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

interface Props { label: ComponentChildren; name?: string; class?: string; describedBy?: string; children: (close: () => void) => ComponentChildren }

export function Popover({ label, name, class: kind = '', children }: Props): JSX.Element {
  const [open, set] = useState(false);
  const root = useRef<HTMLDivElement>(null), button = useRef<HTMLButtonElement>(null), box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => { // as soon as the box is there, so that no Escape is lost
    if (!open) return;
    const outside = (e: Event) => { if (!root.current?.contains(e.target as Node)) set(false); };
    const escape = (e: KeyboardEvent) => { if (e.key === 'Escape') { set(false); button.current?.focus(); } };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    document.addEventListener('keydown', escape);
    // Kept inside the window, whichever end of the line the button is at.
    const b = box.current!, r = b.getBoundingClientRect();
    if (r.right > document.documentElement.clientWidth - 8) b.style.left = `${Math.min(0, document.documentElement.clientWidth - 8 - r.right)}px`;
    if (b.getBoundingClientRect().left < 8) b.style.left = `${parseFloat(b.style.left || '0') + 8 - b.getBoundingClientRect().left}px`;
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
      document.removeEventListener('keydown', escape);
    };
  }, [open]);
  return (
    <div class={`popover ${kind}`} ref={root}>
      <button type="button" ref={button} aria-expanded={open} aria-label={name} title={name} onClick={() => set(!open)}>{label}</button>
      {open && <div class="box" ref={box}>{children(() => { set(false); button.current?.focus(); })}</div>}
    </div>
  );
}
