import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];

/**
 * The Chromium to test with: `CHROME_PATH`, an installed one, Playwright's own, or Debian's, which is then installed.
 *
 * @throws {Error} that says what to do where there is none.
 */
export function findChromium(): string {
  const { CHROME_PATH } = process.env;
  if (CHROME_PATH) {
    if (isExecutable(CHROME_PATH)) return CHROME_PATH;
    throw new Error(
      `CHROME_PATH: expected a program, got '${CHROME_PATH}'. Set it to Chromium's, or unset it.`,
    );
  }
  const found = installed() ?? playwrights() ?? installDebians();
  if (found) return found;
  throw new Error(
    'The browser tests need Chromium, and there is none here. Install it (on Debian: `apt-get install chromium`; ' +
      'or anywhere: `npx playwright-core install chromium`), or set CHROME_PATH to the one to use.',
  );
}

/** As root Chromium cannot build its sandbox, and nothing on a machine of tests is to talk to the network. */
export const CHROMIUM_ARGUMENTS: readonly string[] = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

function installed(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const mac = [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ];
  return [...NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))), ...mac].find(
    isExecutable,
  );
}

function playwrights(): string | undefined {
  const file = chromium.executablePath();
  return file && isExecutable(file) ? file : undefined;
}

/** Debian and its kin, where this user may install. */
function installDebians(): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return undefined;
  console.log("No Chromium here: installing Debian's.");
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    execFileSync('apt-get', ['update', '-qq'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    const install = ['install', '-y', '-qq', '--no-install-recommends', 'chromium'];
    execFileSync('apt-get', install, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  } catch {
    return undefined;
  }
  return installed();
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
