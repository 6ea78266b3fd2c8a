import { serveWebWriter } from '../web-writer.ts';
import { indexedDbStore } from './indexeddb-store.ts';

serveWebWriter(indexedDbStore);
