// Checks the messages: every language has the same keys and holes, none is empty, and the sources use each of them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMessages, usedKeys } from './messages.ts';

const root = new URL('..', import.meta.url).pathname;
const messages = readMessages();
const faults: string[] = [];
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort().join();
const [first, ...others] = Object.keys(messages) as [string, ...string[]];
const keys = Object.keys(messages[first]!);

for (const lang of others) {
  for (const key of keys) if (!(key in messages[lang]!)) faults.push(`${lang}.json: ${key} is missing`);
  for (const key of Object.keys(messages[lang]!)) if (!(key in messages[first]!)) faults.push(`${lang}.json: ${key} is not in ${first}.json`);
}
for (const [lang, texts] of Object.entries(messages)) {
  for (const [key, text] of Object.entries(texts)) {
    if (!text.trim()) faults.push(`${lang}.json: ${key} is empty`);
    if (holes(text) !== holes(messages[first]![key] ?? text)) faults.push(`${lang}.json: ${key} has the holes {${holes(text)}}, ${first}.json has {${holes(messages[first]![key]!)}}`);
  }
}

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((f) => /\.(ts|svelte)$/.test(f));
const code = sources.map((f) => readFileSync(join(root, 'src', f), 'utf8')).join('\n');
const used = usedKeys(code, keys);
const pages = JSON.parse(readFileSync(join(root, 'pages.json'), 'utf8')) as { name: string }[];
for (const { name } of pages) for (const part of ['title', 'heading', 'description']) {
  used.add(`${name}.${part}`);
  if (!keys.includes(`${name}.${part}`) && part !== 'heading') faults.push(`${first}.json: ${name}.${part} is missing (every page has one)`);
}
for (const key of keys) if (!used.has(key) && key !== 'app.noscript') faults.push(`${key} is used nowhere`);
for (const m of code.matchAll(/\bt\((["'])([\w.]+)\1/g)) if (!keys.includes(m[2]!) && !keys.includes(`${m[2]}_other`)) faults.push(`${m[2]} is used and stands in no file`);

for (const fault of faults) console.error(fault);
console.log(`messages: ${keys.length} keys in ${others.length + 1} languages, ${faults.length} faults`);
process.exit(faults.length ? 1 : 0);
