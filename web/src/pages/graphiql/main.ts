// GraphiQL from npm inside our shell, with its editor's workers as files of our own.
import EditorWorker from 'monaco-editor/esm/vs/editor/editor.worker.js?worker';
import JsonWorker from 'monaco-editor/esm/vs/language/json/json.worker.js?worker';
import GraphQLWorker from 'monaco-graphql/esm/graphql.worker.js?worker';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import './graphiql.css';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { start } from '../../lib/start';
import { examples } from './examples';
import Page from './Page.svelte';

(globalThis as { MonacoEnvironment?: unknown }).MonacoEnvironment = {
  getWorker: (_: string, label: string) => (label === 'graphql' ? new GraphQLWorker() : label === 'json' ? new JsonWorker() : new EditorWorker()),
};
start(Page);

// GraphiQL's icons carry English titles of their own, which contradict the names of the buttons they stand in
const place = document.getElementById('graphiql')!;
function quieten(): void {
  for (const title of place.querySelectorAll('button svg > title')) {
    title.parentElement!.setAttribute('aria-hidden', 'true');
    title.remove();
  }
}
new MutationObserver(quieten).observe(place, { childList: true, subtree: true });

const fetcher = createGraphiQLFetcher({ url: new URL('/graphql', location.href).href });
const chosen = examples.find((e) => e.name === new URLSearchParams(location.search).get('example')) ?? examples[0]!;
createRoot(place).render(createElement(GraphiQL, { fetcher, initialQuery: chosen.query, initialVariables: chosen.variables, defaultEditorToolsVisibility: 'variables' }));
document.body.dataset.ready = 'true';
