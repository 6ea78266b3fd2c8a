import { parentPort, workerData } from 'node:worker_threads';
import { serveWriter } from '../thread-writer.ts';
import { nodeFsStore } from './node-fs-store.ts';

// A thread of Node that writes checkpoints into the folder it is given.
const answer = serveWriter(nodeFsStore(workerData as string), (reply) => parentPort?.postMessage(reply));
parentPort?.on('message', answer);
