// Where what comes of one's settings is out of sight, one is taken there.
import { tick } from 'svelte';

export async function follow(): Promise<void> {
  await tick();
  const result = document.getElementById('result');
  if (!result) return;
  const { top } = result.getBoundingClientRect();
  if (top >= 0 && top < innerHeight / 2) return;
  result.focus({ preventScroll: true });
  result.scrollIntoView();
}
