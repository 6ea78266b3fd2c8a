import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, inject } from 'vitest';
import { CHROMIUM_ARGUMENTS } from '../scripts/find-chromium.ts';

export interface OpenPage {
  readonly page: Page;
  /** What the page complained of: errors of scripts, failed requests, and requests to another origin. */
  readonly complaints: readonly string[];
}

/** A browser for the tests of one file; each page has a profile of its own. @param flags further ones for Chromium. */
export function openBrowser(
  ...flags: string[]
): (path: string, options?: BrowserContextOptions) => Promise<OpenPage> {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: inject('chromium'),
      args: [...CHROMIUM_ARGUMENTS, ...flags],
    });
  });
  afterAll(() => browser?.close());

  return async (path, options = {}) => {
    const site = inject('site');
    const context = await browser.newContext({ baseURL: site, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    page.on('response', (response) => {
      if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
    });
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      const own = [site, inject('elsewhere')].includes(origin) || ['data:', 'blob:'].includes(protocol);
      if (!own) complaints.push(`another origin: ${request.url()}`);
    });
    await page.goto(path);
    return { page, complaints };
  };
}
