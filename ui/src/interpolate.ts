// Grafana's variables in queries, titles and links: $name, ${name}, ${name:format}, ${name.path}, [[name]].

export interface Value { values: string[]; multi: boolean; raw?: boolean } // raw: goes into a query as it is (a variable's allValue)
export type Scope = ReadonlyMap<string, Value>;
// Lookup knows what is not a variable: __value.raw, __data.fields.x, __interval ... ; undefined leaves the text as it is.
export type Lookup = (name: string, path: string | undefined, format: string | undefined) => string | undefined;

const pattern = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:}]+))?(?::([^}]+))?\}/g;

export const single = (value: string): Value => ({ values: [value], multi: false });

// query escapes values for PromQL: a value of many, or of a variable that may have many, goes into a regular expression.
export const query = (text: string, scope: Scope, lookup?: Lookup) => replace(text, scope, lookup, (v) =>
  v.raw ? v.values.join('|') : v.multi ? alternatives(v.values, quoted) : quoted(v.values[0] ?? ''));

// plain is for titles and texts.
export const plain = (text: string, scope: Scope, lookup?: Lookup) => replace(text, scope, lookup, (v) => v.values.join(' + '));

// url escapes values for the query of an address.
export const url = (text: string, scope: Scope, lookup?: Lookup) => replace(text, scope,
  lookup && ((name, path, format) => {
    const found = lookup(name, path, format);
    return found === undefined || name === '__url_time_range' || name === '__all_variables' || format === 'raw' ? found : encodeURIComponent(found);
  }), (v) => encodeURIComponent(v.values.join(',')));

// names are the variables that a text refers to.
export function names(text: string): string[] {
  return [...text.matchAll(pattern)].map((m) => m[1] ?? m[2] ?? m[4]!);
}

function replace(text: string, scope: Scope, lookup: Lookup | undefined, standard: (v: Value) => string): string {
  return text.replace(pattern, (all, bare?: string, square?: string, squareFormat?: string, braced?: string, path?: string, bracedFormat?: string) => {
    const name = (bare ?? square ?? braced)!, format = squareFormat ?? bracedFormat;
    const value = scope.get(name);
    if (value === undefined) return lookup?.(name, path, format) ?? all;
    return format === undefined ? standard(value) : formatted(name, value, format);
  });
}

function formatted(name: string, v: Value, format: string): string {
  switch (format) {
    case 'regex': return v.raw ? v.values.join('|') : alternatives(v.values, (s) => s);
    case 'pipe': return v.values.join('|');
    case 'csv': case 'raw': return v.values.join(',');
    case 'text': return v.values.join(' + ');
    case 'json': return JSON.stringify(v.values.length === 1 ? v.values[0] : v.values);
    case 'doublequote': return v.values.map((s) => `"${s.replaceAll('"', '\\"')}"`).join(',');
    case 'singlequote': return v.values.map((s) => `'${s.replaceAll("'", "\\'")}'`).join(',');
    case 'percentencode': return encodeURIComponent(v.values.join(','));
    case 'queryparam': return v.values.map((s) => `var-${name}=${encodeURIComponent(s)}`).join('&');
    default: return v.values.join(',');
  }
}

const quoted = (s: string) => s.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
const literal = (s: string) => s.replace(/[\\^$*+?.()|[\]{}/]/g, '\\$&');

function alternatives(values: string[], quote: (s: string) => string): string {
  const all = values.map((s) => quote(literal(s)));
  return all.length === 1 ? all[0]! : `(${all.join('|')})`;
}
