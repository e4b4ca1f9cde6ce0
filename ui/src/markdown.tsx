// Markdown to elements. What the text says is never taken as HTML: tags in it are shown as they are written, and links lead
// only where the page or http leads.

import { marked, type Token, type Tokens } from 'marked';
import type { ComponentChildren, JSX } from 'preact';

// Where finds what a link leads to; undefined makes it plain text.
export type Where = (href: string) => { href: string; outside?: boolean } | undefined;

export function Markdown({ text, where, from = 1 }: { text: string; where: Where; from?: number }): JSX.Element {
  return <div class="markdown">{blocks(marked.lexer(text), where, from)}</div>;
}

const plain = (s: string) => s.replace(/&(amp|lt|gt|quot|#39);/g, (_, n: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[n]!);

export const slug = (s: string) => s.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').trim().replaceAll(' ', '-');

function blocks(tokens: Token[], where: Where, from: number): ComponentChildren {
  return tokens.map((t, i) => block(t, where, from, i));
}

function block(token: Token, where: Where, from: number, key: number): ComponentChildren {
  const t = token as Tokens.Generic;
  const inside = () => inline(t['tokens'] ?? [], where);
  switch (t.type) {
    case 'space': case 'def': return null;
    case 'heading': {
      const H = `h${Math.min(6, t['depth'] + from - 1)}` as 'h2';
      return <H key={key} id={slug(plain(t['text']))}>{inside()}</H>;
    }
    case 'paragraph': return <p key={key}>{inside()}</p>;
    case 'text': return <span key={key}>{t['tokens'] ? inside() : plain(t['text'])}</span>;
    case 'code': return <pre key={key} tabIndex={0}><code>{t['text']}</code></pre>;
    case 'blockquote': return <blockquote key={key}>{blocks(t['tokens'] ?? [], where, from)}</blockquote>;
    case 'hr': return <hr key={key} />;
    case 'list': {
      const L = t['ordered'] ? 'ol' : 'ul';
      return <L key={key} start={t['ordered'] ? Number(t['start'] || 1) : undefined}>{(t as Tokens.List).items.map((item, i) => <li key={i}>{blocks(item.tokens, where, from)}</li>)}</L>;
    }
    case 'table': {
      const table = t as Tokens.Table;
      return (
        <div key={key} class="scroll" tabIndex={0}>
          <table>
            <thead><tr>{table.header.map((c, i) => <th key={i}>{inline(c.tokens, where)}</th>)}</tr></thead>
            <tbody>{table.rows.map((r, j) => <tr key={j}>{r.map((c, i) => <td key={i}>{inline(c.tokens, where)}</td>)}</tr>)}</tbody>
          </table>
        </div>
      );
    }
    default: return <p key={key}>{t.raw}</p>;
  }
}

function inline(tokens: Token[], where: Where): ComponentChildren {
  return tokens.map((token, key) => {
    const t = token as Tokens.Generic;
    const inside = () => inline(t['tokens'] ?? [], where);
    switch (t.type) {
      case 'text': case 'escape': return t['tokens'] ? <span key={key}>{inside()}</span> : plain(t['text']);
      case 'strong': return <strong key={key}>{inside()}</strong>;
      case 'em': return <em key={key}>{inside()}</em>;
      case 'del': return <del key={key}>{inside()}</del>;
      case 'codespan': return <code key={key}>{plain(t['text'])}</code>;
      case 'br': return <br key={key} />;
      case 'image': return t['text'];
      case 'link': {
        const to = where(t['href']);
        if (!to) return <span key={key}>{inside()}</span>;
        return to.outside ? <a key={key} href={to.href} target="_blank" rel="noopener noreferrer">{inside()}</a> : <a key={key} href={to.href}>{inside()}</a>;
      }
      default: return t.raw;
    }
  });
}
