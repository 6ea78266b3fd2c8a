import sirv, { type RequestHandler } from 'sirv';

/** Hands out the files of a built site. */
export function siteFiles(dist: string): RequestHandler {
  return sirv(dist, {
    etag: true,
    // A sandboxed frame has an origin of its own, and asks for a demo's scripts from there. Nothing here is secret.
    setHeaders: (response) => response.setHeader('access-control-allow-origin', '*'),
  });
}
