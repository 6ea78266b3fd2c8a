import { serveWebWriter } from '../web-writer.ts';
import { opfsStore } from './opfs-store.ts';

serveWebWriter(opfsStore);
