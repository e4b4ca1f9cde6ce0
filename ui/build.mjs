// Builds the page into dist/ (or the folder that is named: node build.mjs --to FOLDER), or its unit tests into build/ (--tests).
// The same sources and the same package-lock.json give the same bytes.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import * as esbuild from 'esbuild';

process.chdir(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname));
const args = process.argv.slice(2);

if (args.includes('--tests')) {
  await rm('build', { recursive: true, force: true });
  await esbuild.build({
    entryPoints: ['src/**/*.test.ts'], outbase: 'src', outdir: 'build', entryNames: '[name]', bundle: true, platform: 'node', format: 'esm',
    target: 'node20', external: ['node:*'], jsx: 'automatic', jsxImportSource: 'preact', logLevel: 'warning',
  });
} else {
  const to = args.includes('--to') ? args[args.indexOf('--to') + 1] : 'dist';
  await rm(to, { recursive: true, force: true });
  const built = await esbuild.build({
    entryPoints: { app: 'src/main.tsx', style: 'src/style.css' }, outdir: path.join(to, 'assets'), entryNames: '[name]-[hash]', bundle: true,
    minify: true, format: 'esm', target: ['chrome109', 'firefox115', 'safari16'], jsx: 'automatic', jsxImportSource: 'preact',
    legalComments: 'none', metafile: true, logLevel: 'warning',
  });
  const asset = (source) => {
    const found = Object.entries(built.metafile.outputs).find(([, o]) => o.entryPoint === source);
    return `/assets/${path.basename(found[0])}`;
  };
  const page = (await readFile('src/index.html', 'utf8')).replace('STYLE', asset('src/style.css')).replace('SCRIPT', asset('src/main.tsx'));
  await mkdir(to, { recursive: true });
  await writeFile(path.join(to, 'index.html'), page);
  await writeFile(path.join(to, 'icon.svg'), await readFile('src/icon.svg'));
  await writeFile(path.join(to, 'licences.txt'), await licences(Object.keys(built.metafile.inputs)));
}

// licences are the texts of the licences of what is bundled.
async function licences(inputs) {
  const names = [...new Set(inputs.map((i) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(i)?.[1]).filter(Boolean))].sort();
  const texts = await Promise.all(names.map(async (name) => {
    const folder = path.join('node_modules', name);
    const { version } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
    const text = await Promise.any(['LICENSE', 'LICENSE.md', 'LICENSE.txt'].map((f) => readFile(path.join(folder, f), 'utf8')));
    return `${name} ${version}\n\n${text.trim()}\n`;
  }));
  return `The page has these packages in it.\n\n${texts.join('\n----------\n\n')}`;
}
