/*
 * Serves the built site on this machine: `npm run serve`. PORT says where to begin to look for a free port.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { base } from '../site/address.ts';
import { listenOnFreePort } from './listen-on-free-port.ts';
import { siteFiles } from './site-files.ts';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
if (!existsSync(`${dist}index.html`)) {
  console.error('There is no built site yet. Run npm run build first.');
  process.exit(1);
}

const files = siteFiles(dist);
const wanted = Number(process.env.PORT || 4321);
if (!Number.isInteger(wanted) || wanted < 1 || wanted > 65_535) {
  console.error(`PORT: expected a whole number from 1 to 65535, got '${process.env.PORT}'.`);
  process.exit(2);
}

const { port } = await listenOnFreePort(wanted, (request, response) => {
  const notFound = () => {
    response.writeHead(404, { 'content-type': 'text/html; charset=utf-8' });
    response.end(readFileSync(`${dist}404.html`));
  };
  const url = request.url ?? '/';
  if (url === '/' && base !== '/') {
    response.writeHead(302, { location: base }).end();
  } else if (url.startsWith(base)) {
    request.url = url.slice(base.length - 1);
    files(request, response, notFound);
  } else {
    notFound();
  }
});

const at = (path: string) => `http://localhost:${port}${base}${path}`;
console.log(`${port === wanted ? '' : `\nPort ${wanted} is busy, so this is on ${port}.\n`}
  The site     ${at('')}
  The slides   ${at('slides/time-not-steps/')}
  The demos    ${at('demos/')}

Ctrl+C ends it.`);
