import type { openClient } from '../worker/client.ts';
import type { ListedReply } from '../worker/protocol.ts';
import type { Resumable } from './live-run.ts';

/** The newest of a list that can be gone on with. */
export function newestOf({ checkpoints }: ListedReply): Resumable | undefined {
  const newest = checkpoints.findLast(({ problem }) => problem === undefined);
  return newest && { checkpoint: newest.name, step: newest.step };
}

/**
 * Asks a worker of its own what is really in a store. Loaded where a page was left while its run saved, and nobody has
 * heard what came of it. Where the worker cannot tell, `onNewest` is not called.
 */
export function tellNewestStored(
  store: string,
  open: typeof openClient,
  onNewest: (newest: Resumable | undefined) => void,
): void {
  const client = open({
    onReply(reply) {
      client.close();
      if (reply.type === 'listed') onNewest(newestOf(reply));
    },
    onDeath() {},
  });
  client.send({ type: 'list', store });
}
