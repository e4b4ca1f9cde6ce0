// Grafana's palette, so that a colour in a dashboard's JSON is the same here: five shades of six hues, the light theme's one
// step darker than the dark one's (createVisualizationColors in @grafana/data 13).

import type { FieldConfig, Thresholds } from './model';

export type Theme = 'light' | 'dark';

const hues: Record<string, string[]> = {
  red: ['#FFA6B0', '#FF7383', '#F2495C', '#E02F44', '#C4162A', '#AD0317'],
  orange: ['#FFCB7D', '#FFB357', '#FF9830', '#FF780A', '#FA6400', '#E55400'],
  yellow: ['#FFF899', '#FFEE52', '#FADE2A', '#F2CC0C', '#E0B400', '#CC9D00'],
  green: ['#C8F2C2', '#96D98D', '#73BF69', '#56A64B', '#37872D', '#19730E'],
  blue: ['#C0D8FF', '#8AB8FF', '#5794F2', '#3274D9', '#1F60C4', '#1250B0'],
  purple: ['#DEB6F2', '#CA95E5', '#B877D9', '#A352CC', '#8F3BB8', '#7C2EA3'],
};
const shades = ['super-light-', 'light-', '', 'semi-dark-', 'dark-'];

export const classic = [
  'green', 'semi-dark-yellow', 'blue', 'orange', 'red', 'purple', 'dark-green', 'dark-yellow', 'dark-blue', 'dark-orange', 'dark-red', 'dark-purple',
  'super-light-green', 'super-light-yellow', 'super-light-blue', 'super-light-orange', 'super-light-red', 'super-light-purple',
  '#447EBC', '#C15C17', '#890F02', '#0A437C', '#6D1F62', '#584477', '#B7DBAB', '#F4D598', '#70DBED', '#F9BA8F', '#F29191', '#82B5D8',
];

export const ink: Record<Theme, { text: string; faint: string; grid: string; panel: string }> = {
  light: { text: '#24292e', faint: '#5a6069', grid: 'rgba(36, 41, 46, 0.1)', panel: '#ffffff' },
  dark: { text: '#ccccdc', faint: '#9fa1ad', grid: 'rgba(204, 204, 220, 0.09)', panel: '#181b1f' },
};

// named gives the colour of a name; what is no name of the palette is taken as CSS.
export function named(name: string, theme: Theme): string {
  if (name === 'text') return ink[theme].text;
  if (name === 'transparent') return 'rgba(0, 0, 0, 0)';
  if (name === 'panel-bg') return ink[theme].panel;
  const m = /^((?:super-light|light|semi-dark|dark)-)?(red|orange|yellow|green|blue|purple)$/.exec(name);
  if (!m) return name;
  return hues[m[2]!]![shades.indexOf(m[1] ?? '') + (theme === 'light' ? 1 : 0)]!;
}

export function withAlpha(color: string, alpha: number): string {
  const hex = /^#([0-9a-f]{6})$/i.exec(color);
  if (!hex) return color.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`);
  const n = parseInt(hex[1]!, 16);
  return `rgba(${n >> 16}, ${(n >> 8) & 255}, ${n & 255}, ${alpha})`;
}

// readable is black or white, whichever can be read on the colour (relative luminance of WCAG 2).
export function readable(color: string): string {
  const hex = /^#([0-9a-f]{6})$/i.exec(color);
  if (!hex) return 'inherit';
  const n = parseInt(hex[1]!, 16);
  const [r, g, b] = [n >> 16, (n >> 8) & 255, n & 255].map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b! > 0.18 ? '#111217' : '#ffffff';
}

// bounds are a threshold's steps as numbers of the field: percentages are of its range.
export function bounds(t: Thresholds | undefined, min: number, max: number): { value: number; color: string }[] {
  const steps = t?.steps ?? [{ value: null, color: 'green' }];
  return steps.map((s) => ({
    color: s.color,
    value: s.value === null || s.value === undefined ? -Infinity : t?.mode === 'percentage' ? min + (s.value / 100) * (max - min) : s.value,
  }));
}

const scales: Record<string, string[]> = {
  'continuous-GrYlRd': ['green', 'yellow', 'red'], 'continuous-RdYlGr': ['red', 'yellow', 'green'],
  'continuous-BlYlRd': ['dark-blue', 'super-light-yellow', 'dark-red'], 'continuous-YlRd': ['super-light-yellow', 'dark-red'],
  'continuous-BlPu': ['blue', 'purple'], 'continuous-YlBl': ['super-light-yellow', 'dark-blue'],
  'continuous-blues': ['panel-bg', 'dark-blue'], 'continuous-reds': ['panel-bg', 'dark-red'], 'continuous-greens': ['panel-bg', 'dark-green'],
};

// colorModes are those that colorOf knows.
export const colorModes = ['fixed', 'shades', 'thresholds', 'palette-classic', 'palette-classic-by-name', ...Object.keys(scales)];

// colorOf is a value's colour by the field's colour mode. index is the series' place among all.
export function colorOf(config: FieldConfig, value: number | null, index: number, name: string, min: number, max: number, theme: Theme): string {
  const mode = config.color?.mode ?? 'thresholds';
  if (mode === 'fixed' || mode === 'shades') return named(config.color?.fixedColor ?? 'blue', theme);
  if (mode === 'palette-classic') return named(classic[index % classic.length]!, theme);
  if (mode === 'palette-classic-by-name') return named(classic[[...name].reduce((h, c) => (h * 31 + c.charCodeAt(0)) >>> 0, 7) % classic.length]!, theme);
  const scale = scales[mode];
  if (scale) return between(scale, max > min && value !== null ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 0, theme);
  const steps = bounds(config.thresholds, min, max);
  let color = steps[0]?.color ?? 'green';
  if (value !== null && !Number.isNaN(value)) for (const s of steps) if (value >= s.value) color = s.color;
  return named(color, theme);
}

function between(scale: string[], share: number, theme: Theme): string {
  const at = share * (scale.length - 1), i = Math.min(Math.floor(at), scale.length - 2);
  const rgb = (name: string) => { const n = parseInt(named(name, theme).slice(1), 16); return [n >> 16, (n >> 8) & 255, n & 255]; };
  const a = rgb(scale[i]!), b = rgb(scale[i + 1]!);
  return `#${a.map((c, k) => Math.round(c + (b[k]! - c) * (at - i)).toString(16).padStart(2, '0')).join('')}`;
}
