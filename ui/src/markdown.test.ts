// What Markdown makes of hostile and of plain text.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { VNode } from 'preact';
import { place } from './links';
import { Markdown } from './markdown';

type Node = VNode<Record<string, unknown>> | string | number | null | undefined | boolean | Node[];

// written is what the elements would be as text; anything that is not text and not an element of the list would show.
function written(n: Node): string {
  if (Array.isArray(n)) return n.map(written).join('');
  if (n === null || n === undefined || typeof n === 'boolean') return '';
  if (typeof n !== 'object') return String(n).replaceAll('<', '&lt;');
  assert.equal(typeof n.type, 'string');
  assert.equal(n.props['dangerouslySetInnerHTML'], undefined);
  const href = n.props['href'] === undefined ? '' : ` href=${String(n.props['href'])}`;
  return `<${String(n.type)}${href}>${written(n.props['children'] as Node)}</${String(n.type)}>`;
}
const html = (text: string) => written(Markdown({ text, where: (href) => place(href, []) })).replace(/^<div>(.*)<\/div>$/s, '$1');

const cases: [string, string][] = [
  ['# A & B\n\ntext *with* `code <x>`', '<h1>A & B</h1><p>text <em>with</em> <code>code &lt;x></code></p>'],
  ['- a\n- b', '<ul><li><span>a</span></li><li><span>b</span></li></ul>'],
  ['<script>alert(1)</script>', '<p>&lt;script>alert(1)&lt;/script></p>'],
  ['a <img src=x onerror=alert(1)> b', '<p>a &lt;img src=x onerror=alert(1)> b</p>'],
  ['[x](javascript:alert(1))', '<p><span>x</span></p>'],
  ['[x](https://example.org)', '<p><a href=https://example.org>x</a></p>'],
  ['![x](https://example.org/pixel.png)', '<p>x</p>'],
  ['```promql\na < b\n```', '<pre><code>a &lt; b</code></pre>'],
  ['| a | b |\n|---|---|\n| 1 | 2 |', '<div><table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table></div>'],
];
for (const [text, want] of cases) it(JSON.stringify(text), () => assert.equal(html(text), want));
