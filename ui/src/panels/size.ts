import { useEffect, useState } from 'preact/hooks';

// useSize follows the size of an element, in CSS pixels.
export function useSize(ref: { current: HTMLElement | null }): { width: number; height: number } {
  const [size, set] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry!.contentRect.width), height = Math.floor(entry!.contentRect.height);
      set((old) => (old.width === width && old.height === height ? old : { width, height }));
    });
    watch.observe(ref.current!);
    return () => watch.disconnect();
  }, []);
  return size;
}
