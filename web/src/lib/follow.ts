// Where the result stands below what one has set, one is taken there.
import { tick } from 'svelte';

export async function follow(): Promise<void> {
  await tick();
  const result = document.getElementById('result');
  if (!result || !matchMedia('(max-width: 62rem)').matches) return;
  result.focus({ preventScroll: true });
  result.scrollIntoView();
}
