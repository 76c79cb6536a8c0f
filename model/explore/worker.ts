/** Entry of a worker thread: expands its share of each breadth-first step that it is sent. */
import { parentPort, workerData } from 'node:worker_threads';
import { expander, type Job } from './expand.ts';
import type { Ranges } from './ranges.ts';

/** One breadth-first step as a message: the rows, and the counter by which threads divide them. */
export interface Layer {
  ranges: Ranges;
  taken: SharedArrayBuffer;
}

if (parentPort) {
  const port = parentPort;
  const expand = expander(workerData as Job);
  port.on('message', ({ ranges, taken }: Layer) => {
    port.postMessage(expand(ranges, new Int32Array(taken)));
  });
}
