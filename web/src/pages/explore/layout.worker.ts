// Computes positions beside the page, so that it can be used meanwhile.
import { place, type Task } from './forces';

addEventListener('message', ({ data }: MessageEvent<Task & { task: number }>) => {
  const placed = place(data);
  postMessage({ ...placed, task: data.task }, { transfer: [placed.positions.buffer] });
});
