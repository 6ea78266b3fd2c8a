import { existsSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { findChromium } from '../scripts/find-chromium.ts';
import { siteFiles } from '../scripts/site-files.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Chromium's program. */
    chromium: string;
    /** The address of the built site, without a slash at the end. */
    site: string;
    /** Another origin, whose page shows the address of its query `?embed=` in an iframe, with `&sandbox=` in a sandboxed one. It serves `/lib/` as well. */
    elsewhere: string;
  }
}

/** Serves the built site and a page on another origin while the browser tests run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dist = fileURLToPath(new URL('../dist', import.meta.url));
  if (!existsSync(dist)) throw new Error('The browser tests need the built site: run `npm run build` first.');
  const site = await listen(siteFiles(dist));
  const elsewhere = await listen((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (/^\/lib\/[\w/.-]+\.ts$/.test(pathname) && !pathname.includes('..')) {
      const source = readFileSync(new URL(`..${pathname}`, import.meta.url), 'utf8');
      response.setHeader('Content-Type', 'text/javascript');
      response.end(stripTypeScriptTypes(source));
      return;
    }
    const embed = searchParams.get('embed') ?? '';
    const sandbox = searchParams.get('sandbox');
    response.setHeader('Content-Type', 'text/html');
    response.end(
      `<!doctype html><title>Elsewhere</title><iframe src="${encodeURI(embed)}" width="700" height="900"` +
        (sandbox === null ? '>' : ` sandbox="${sandbox}">`),
    );
  });
  project.provide('chromium', findChromium());
  project.provide('site', addressOf(site, 'localhost'));
  project.provide('elsewhere', addressOf(elsewhere, '127.0.0.1'));
  return async () => {
    for (const server of [site, elsewhere]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  };
}

function listen(handler: RequestListener): Promise<Server> {
  const server = createServer(handler);
  return new Promise((resolve) => server.listen(0, () => resolve(server)));
}

function addressOf(server: Server, host: string): string {
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}
