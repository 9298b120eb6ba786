import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { pages } from './build/pages.ts';

export default defineConfig({
  plugins: [svelte(), pages()],
  worker: { format: 'es' },
  build: {
    outDir: '../graph_api/_web',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // no data: URLs
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    license: { fileName: 'assets/licences.txt' },
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      onLog: (level, log, next) => { if (log.code !== 'MODULE_LEVEL_DIRECTIVE') next(level, log); }, // "use client" in GraphiQL's parts
    },
  },
});
