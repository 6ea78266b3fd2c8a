import { createServer, type RequestListener, type Server } from 'node:http';

/** Both names of this machine: a browser that is told `localhost` may try either first. */
const HOSTS = ['127.0.0.1', '::1'];
const MOST_TRIED = 100;

/**
 * Serves on this machine only, on the first port from `from` on that is free under each of its names.
 *
 * @returns the port, and how to end.
 */
export async function listenOnFreePort(
  from: number,
  handler: RequestListener,
): Promise<{ port: number; close(): void }> {
  for (let port = from; port < from + MOST_TRIED; port++) {
    const servers: Server[] = [];
    const close = () => {
      for (const server of servers) server.close();
    };
    try {
      for (const host of HOSTS) {
        const server = await listen(port, host, handler);
        if (server) servers.push(server);
      }
      if (servers.length > 0) return { port, close };
    } catch (error) {
      close();
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  throw new Error(`No port is free from ${from} to ${from + MOST_TRIED - 1}. Set PORT to try elsewhere.`);
}

/** Undefined where the machine has no such address. */
function listen(port: number, host: string, handler: RequestListener): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer(handler);
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') resolve(undefined);
      else reject(error);
    });
    server.listen(port, host, () => resolve(server));
  });
}
