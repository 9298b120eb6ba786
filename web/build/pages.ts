// Vite plugin: makes the pages that pages.json lists, one HTML file per page and language, and packs everything for the service.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';
import { LANGUAGES, readMessages, usedKeys } from './messages.ts';

type PluginContext = Rolldown.PluginContext;
interface Page { name: string; path: string; nav?: boolean; for?: string; policy?: string; status?: number }
interface Built { script: string; styles: string[]; preloads: string[]; keys: Set<string> }

const ROOT = new URL('..', import.meta.url).pathname;
const ENTRY = 'virtual:page/';
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const escape = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');

function entryCode({ name }: Page): string {
  if (existsSync(join(ROOT, `src/pages/${name}/main.ts`))) return `import '/src/style.css'; import '/src/pages/${name}/main.ts';`;
  return `import '/src/style.css'; import { start } from '/src/lib/start.ts'; import Page from '/src/pages/${name}/Page.svelte'; start(Page);`;
}

/** Every message that the modules below an entry say. */
function keysBelow(context: PluginContext, entry: string, all: string[]): Set<string> {
  const seen = new Set<string>(), queue = [entry], keys = new Set<string>();
  for (let id = queue.pop(); id; id = queue.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const module = context.getModuleInfo(id);
    if (!id.includes('node_modules')) for (const key of usedKeys(module?.code ?? '', all)) keys.add(key);
    queue.push(...(module?.importedIds ?? []), ...(module?.dynamicallyImportedIds ?? []));
  }
  return keys;
}

/** Writes .br and .gz beside each text file, so that the service only picks one. */
function pack(dir: string): void {
  for (const file of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(js|css|svg|json|html)$/.test(file)) continue;
    const raw = readFileSync(join(dir, file));
    if (raw.length < 1024) continue;
    // the best level takes minutes over the editor's files; lower ones are within a few percent
    const quality = raw.length > 1_000_000 ? 5 : 9;
    writeFileSync(join(dir, `${file}.br`), brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }));
    writeFileSync(join(dir, `${file}.gz`), gzipSync(raw, { level: 6 }));
  }
}

export function pages(): Plugin {
  const listed = JSON.parse(read('pages.json')) as Page[];
  const messages = readMessages();
  const built = new Map<string, Built>();
  let out = '', icon = '';

  function html(page: Page, lang: string): string {
    const { script, styles, preloads, keys } = built.get(page.name)!;
    const texts = messages[lang]!;
    const integrity = (file: string) => `sha384-${createHash('sha384').update(readFileSync(join(out, file))).digest('base64')}`;
    const head = [
      ...styles.map((f) => `<link rel="stylesheet" href="/${f}" integrity="${integrity(f)}">`),
      ...preloads.map((f) => `<link rel="modulepreload" href="/${f}" integrity="${integrity(f)}">`),
      `<script type="module" src="/${script}" integrity="${integrity(script)}"></script>`,
    ];
    const title = texts[`${page.name}.title`]!;
    const heading = texts[`${page.name}.heading`] ?? title;
    const data = { name: page.name, path: page.path, title, heading, pages: listed.filter((p) => !p.status).map(({ name, path, nav, for: whom }) => ({ name, path, nav: nav ?? false, for: whom })),
      messages: Object.fromEntries([...keys].sort().map((k) => [k, texts[k]])) };
    const parts: Record<string, string> = {
      lang, head: head.join('\n    '), icon, data: JSON.stringify(data).replace(/</g, '\\u003c'), title: escape(page.path === '' ? `Partnergraph – ${title}` : `${title} – Partnergraph`),
      heading: escape(heading), description: escape(texts[`${page.name}.description`]!), noscript: escape(texts['app.noscript']!),
    };
    return read('page.html').replace(/\{(\w+)\}/g, (whole, name: string) => parts[name] ?? whole);
  }

  return {
    name: 'pages',
    apply: 'build',
    enforce: 'post',
    config: () => ({ build: { rolldownOptions: { input: Object.fromEntries(listed.map((p) => [p.name, ENTRY + p.name])) } } }),
    configResolved(config) { out = resolve(config.root, config.build.outDir); },
    buildStart() {
      for (const file of ['pages.json', 'page.html', ...LANGUAGES.map((l) => `messages/${l}.json`)]) this.addWatchFile(join(ROOT, file));
      this.emitFile({ type: 'asset', name: 'icon.svg', originalFileName: 'src/icon.svg', source: read('src/icon.svg') });
    },
    resolveId: (id) => (id.startsWith(ENTRY) ? `\0${id}` : undefined),
    load: (id) => (id.startsWith(`\0${ENTRY}`) ? entryCode(listed.find((p) => p.name === id.slice(ENTRY.length + 1))!) : undefined),
    generateBundle(_, bundle) {
      const texts = readMessages();
      Object.assign(messages, texts);
      for (const file of Object.values(bundle)) {
        if (file.type === 'asset' && file.names.includes('icon.svg')) icon = `/${file.fileName}`;
        if (file.type !== 'chunk' || !file.facadeModuleId?.startsWith(`\0${ENTRY}`)) continue;
        const preloads = new Set<string>(), styles = new Set<string>();
        const visit = (chunk: Rolldown.OutputChunk) => {
          for (const name of chunk.imports) {
            const next = bundle[name];
            if (next?.type === 'chunk' && !preloads.has(name)) { preloads.add(name); visit(next); }
          }
          for (const css of chunk.viteMetadata?.importedCss ?? []) styles.add(css);
        };
        visit(file);
        built.set(file.facadeModuleId.slice(ENTRY.length + 1), {
          script: file.fileName, styles: [...styles], preloads: [...preloads], keys: keysBelow(this as unknown as PluginContext, file.facadeModuleId, Object.keys(texts.de!)),
        });
      }
    },
    closeBundle() {
      for (const lang of LANGUAGES) for (const page of listed) {
        const file = join(out, 'pages', lang, `${page.name}.html`);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, html(page, lang));
      }
      pack(out);
      writeFileSync(join(out, 'pages.json'), JSON.stringify(listed.map(({ name, path, policy, status }) => ({ name, path, policy: policy ?? 'strict', status: status ?? 200 }))) + '\n');
      writeFileSync(join(out, 'build.json'), '{ "digest": "" }\n'); // the service serves what has one; hatch_build.py fills it
    },
  };
}
