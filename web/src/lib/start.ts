// Mounts a page inside the shell.
import { mount, type Component } from 'svelte';
import Shell from './Shell.svelte';

export function start(Page: Component): void {
  mount(Shell, { target: document.body, props: { Page } });
}
