/*
 * Installs what package-lock.json says, where it is missing, incomplete or out of date. Run it again after it was
 * interrupted: it begins anew. Plain JavaScript without dependencies, for any Node from 20 on.
 *
 * Follow it with `npm run …`: a script that npm starts finds the Node of node_modules first.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { installFault } from './install-fault.js';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const check = () =>
  installFault({
    wanted: JSON.parse(readFileSync('package-lock.json', 'utf8')),
    installed: readJson('node_modules/.package-lock.json'),
    exists: existsSync,
  });

const fault = check();
if (fault) {
  console.log(`Installing the packages (${fault}). This can take a minute or two.`);
  // npm would remove it too, but gives up where what is left of an interrupted install is still being written.
  rmSync('node_modules', { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  const status = install();
  const left = status === 0 ? check() : undefined;
  if (status !== 0 || left) {
    console.error(
      `\nThe packages could not be installed: ${left ?? `npm ci ended with ${status}`}.\n` +
        'Mend what npm says above (most often the network) and run the same command again.',
    );
    process.exit(1);
  }
}

/** The same npm that runs this script, where there is one; its exit code. */
function install() {
  const args = ['ci', '--no-audit', '--no-fund', '--include=dev', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const { status, signal, error } = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], { stdio: 'inherit' })
    : spawnSync('npm', args, { stdio: 'inherit', shell: process.platform === 'win32' });
  return status ?? signal ?? error?.message ?? 'an error';
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
