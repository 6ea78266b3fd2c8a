import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { openBrowser } from './open-browser.ts';
import { trainingRun } from './training-run.ts';

const open = openBrowser();

/** A run that has saved twice and was ended, with its list open. */
async function openList(page: Page, attributes: { readonly [name: string]: string } = {}) {
  const run = trainingRun(page);
  await run.element.evaluate(
    (element, all) => {
      for (const [name, value] of Object.entries(all)) element.setAttribute(name, value);
    },
    { save: '0.2s', 'max-time': '10m', ...attributes },
  );
  await run.button('Run').click();
  await run.until(({ state }) => state.save.count >= 2);
  await run.button('Reset').click();
  await run.element.getByText('Checkpoints', { exact: true }).click();
  const rows = run.element.locator('.panel tbody tr');
  await rows.nth(1).waitFor();
  const stepOf = async (row: number) =>
    Number((await rows.nth(row).getByRole('rowheader').textContent())!.replaceAll(',', ''));
  return { run, rows, stepOf, status: run.element.locator('.panel-status') };
}

/** Does something to a checkpoint of the page's only database, as nothing of ours would. */
async function tamper(page: Page, name: string, how: 'put aside' | 'damage' | 'make newer'): Promise<void> {
  await page.evaluate(
    async ({ name, how }) => {
      const done = <Result>(request: IDBRequest<Result>) =>
        new Promise<Result>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const [{ name: database } = {}] = await indexedDB.databases();
      const open = await done(indexedDB.open(database!));
      const transaction = open.transaction(['files', 'pieces'], 'readwrite');
      const [files, pieces] = [transaction.objectStore('files'), transaction.objectStore('pieces')];
      const keys = (await done(files.getAllKeys(IDBKeyRange.bound([name], [name, []])))) as [
        string,
        string,
      ][];
      for (const key of keys) {
        const entry: { draft: string } = await done(files.get(key));
        if (how === 'put aside') {
          files.delete(key);
          files.put(entry, [`${name}.damaged`, key[1]]);
        } else if (key[1] === 'manifest.json') {
          const piece = [entry.draft, key[1], 0];
          const text = new TextDecoder().decode(await done(pieces.get(piece)));
          const changed = how === 'damage' ? `[${text.slice(1)}` : text.replace('"version":1', '"version":2');
          pieces.put(new TextEncoder().encode(changed), piece);
        }
      }
      await new Promise((resolve) => transaction.addEventListener('complete', resolve));
      open.close();
    },
    { name, how },
  );
}

describe('the checkpoints of a figure', () => {
  test('are listed, the newest first, with their size and the room there is', async () => {
    const { page, complaints } = await open('/embed/spirals/');
    const { rows, stepOf, status } = await openList(page);
    expect(await stepOf(0)).toBeGreaterThan(await stepOf(1));
    expect(await rows.first().textContent()).toMatch(/\d+\.\d s\d+(\.\d)? kB/);
    expect(await status.textContent()).toMatch(/^\d+ checkpoints, .+ This site may store .+ and uses .+\.$/);
    expect(complaints).toEqual([]);
  });

  test('any can be gone on with', async () => {
    const { page, complaints } = await open('/embed/spirals/');
    const { run, rows, stepOf } = await openList(page);
    const older = await stepOf(1);
    await rows.nth(1).getByRole('button', { name: 'Resume from' }).click();
    await run.until(({ state }) => state.resumedFrom !== undefined);
    expect((await run.state()).resumedFrom).toBe(`checkpoint-${older}`);
    await run.untilBeyond(older);
    expect(complaints).toEqual([]);
  });

  test('one is handed out as a file, deleted, and taken back as it was', async () => {
    const { page, complaints } = await open('/embed/spirals/');
    const { run, rows, stepOf } = await openList(page);
    const newest = await stepOf(0);
    const count = await rows.count();
    const row = await rows.first().textContent();

    const downloading = page.waitForEvent('download');
    await rows.first().getByRole('button', { name: 'Download' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(new RegExp(`checkpoint-${newest}\\.tar$`));
    const archive = readFileSync(await download.path());
    expect(archive.includes('model.safetensors')).toBe(true);

    await rows.first().getByRole('button', { name: 'Delete' }).press('Enter');
    await expect.poll(() => rows.count()).toBe(count - 1);
    expect(await stepOf(0)).toBeLessThan(newest);
    // The focus was on a button that is gone.
    await expect
      .poll(() => run.element.evaluate((element) => element.shadowRoot!.activeElement?.className))
      .toBe('panel-status');
    expect(
      await run
        .button(`Resume from step ${(await stepOf(0)).toLocaleString('en')}`)
        .first()
        .isVisible(),
    ).toBe(true);

    const file = { name: 'mine.tar', mimeType: 'application/x-tar', buffer: archive };
    await run.element.locator('input[type=file]').setInputFiles(file);
    await expect.poll(() => rows.count()).toBe(count);
    expect(await rows.first().textContent()).toBe(row);
    expect(complaints).toEqual([]);
  });

  test('what is damaged, newer or put aside keeps its room, is told apart, and can be deleted', async () => {
    const { page, complaints } = await open('/embed/spirals/');
    const { run, rows, stepOf, status } = await openList(page);
    const [newest, older, count] = [await stepOf(0), await stepOf(1), await rows.count()];
    const size = () => status.textContent().then((text) => /, ([\d.]+ \w+)\./.exec(text!)?.[1]);
    const whole = await size();
    const sizeOf = (row: number) => rows.nth(row).getByRole('cell').nth(1).textContent();
    const [ofNewest, ofOlder] = [await sizeOf(0), await sizeOf(1)];
    const summary = run.element.getByText('Checkpoints', { exact: true });
    const lookAgain = async () => {
      await summary.click();
      await summary.click();
    };

    await tamper(page, `checkpoint-${newest}`, 'damage');
    await lookAgain();
    await expect.poll(() => rows.first().textContent()).toMatch(/manifest\.json: expected JSON/);
    expect(await sizeOf(0)).toBe(ofNewest);
    expect(await size()).toBe(whole);
    await rows.first().getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => rows.count()).toBe(count - 1);

    const left = await size();
    await tamper(page, `checkpoint-${older}`, 'make newer');
    await lookAgain();
    await expect
      .poll(() => rows.first().textContent())
      .toMatch(/newer Wallclock .+: reload the page to update/);
    expect(await sizeOf(0)).toBe(ofOlder);
    expect(await size()).toBe(left);

    await tamper(page, `checkpoint-${older}`, 'put aside');
    await lookAgain();
    const aside = rows.filter({ hasText: `put aside as checkpoint-${older}.damaged` });
    await aside.waitFor();
    expect(await aside.getByRole('button').allTextContents()).toEqual(['Download', 'Delete']);
    expect(await status.textContent()).toMatch(/^\d+ checkpoints? and 1 put aside, /);
    expect(await size()).toBe(left);
    const downloading = page.waitForEvent('download');
    await aside.getByRole('button', { name: 'Download' }).click();
    const archive = readFileSync(await (await downloading).path());
    expect(archive.includes(`checkpoint-${older}.damaged/model.safetensors`)).toBe(true);
    await aside.getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => aside.count()).toBe(0);
    expect(await status.textContent()).not.toContain('put aside');
    expect(complaints).toEqual([]);
  });

  test('on a phone, every button of a row that says what was measured can be seen', async () => {
    const { page } = await open('/embed/spirals/', { viewport: { width: 360, height: 700 } });
    const { run, rows } = await openList(page, { evaluate: '1 step' });
    await rows
      .filter({ hasText: /accuracy \d/ })
      .first()
      .waitFor();
    const edge = await run.element
      .locator('.panel-table')
      .evaluate((table) => table.getBoundingClientRect().right);
    const ends = await rows
      .getByRole('button')
      .evaluateAll((buttons) => buttons.map((button) => button.getBoundingClientRect().right));
    expect(Math.max(...ends)).toBeLessThanOrEqual(edge);
  });

  test('a file that is no checkpoint is refused, and nothing is changed', async () => {
    const { page } = await open('/embed/spirals/');
    const { run, rows, status } = await openList(page);
    const count = await rows.count();
    const file = { name: 'cat.tar', mimeType: 'application/x-tar', buffer: Buffer.alloc(2048, 7) };
    await run.element.locator('input[type=file]').setInputFiles(file);
    await expect.poll(() => status.textContent()).toMatch(/^cat\.tar, byte 0: expected/);
    expect(await rows.count()).toBe(count);
  });

  test('what went wrong stays said while the run saves on, until something else is done', async () => {
    const { page } = await open('/embed/spirals/');
    const { run, rows, stepOf, status } = await openList(page);
    const input = run.element.locator('input[type=file]');
    await input.setInputFiles({
      name: 'cat.tar',
      mimeType: 'application/x-tar',
      buffer: Buffer.alloc(2048, 7),
    });
    const refused = /^cat\.tar, byte 0: expected/;
    await expect.poll(() => status.textContent()).toMatch(refused);
    const before = await stepOf(0);
    await rows.first().getByRole('button', { name: 'Resume from' }).click();
    await expect.poll(() => stepOf(0)).toBeGreaterThan(before);
    expect(await status.textContent()).toMatch(refused);
    // A list that grows moves away from under a click.
    await run.button('Pause').click();
    await run.until(({ phase, state }) => phase === 'paused' && state.status === 'paused');
    await rows.first().getByRole('button', { name: 'Download' }).click();
    await expect.poll(() => status.textContent()).toMatch(/^\d+ checkpoints?, /);
  });

  test('while it trains none is deleted or taken back, and the list follows what it saves', async () => {
    const { page } = await open('/embed/spirals/');
    const { run, rows, stepOf } = await openList(page);
    const input = run.element.locator('input[type=file]');
    expect(await input.isDisabled()).toBe(false);
    const before = await stepOf(0);
    await rows.first().getByRole('button', { name: 'Resume from' }).click();
    await expect.poll(() => stepOf(0)).toBeGreaterThan(before);
    await run.button('Pause').click();
    await run.until(({ phase, state }) => phase === 'paused' && state.status === 'paused');
    const remove = rows.first().getByRole('button', { name: 'Delete' });
    expect(await Promise.all([remove.isDisabled(), input.isDisabled()])).toEqual([true, true]);
    expect(await run.element.locator('.panel-note').textContent()).toMatch(/reset it first\.$/);
    await run.button('Reset').click();
    await expect.poll(() => Promise.all([remove.isDisabled(), input.isDisabled()])).toEqual([false, false]);
  });

  test('what another figure has in use is refused where it is to be deleted', async () => {
    const { page } = await open('/embed/spirals/');
    const { run, rows, status } = await openList(page);
    const other = await page.context().newPage();
    await other.goto(page.url());
    await trainingRun(other)
      .button(/^Resume/)
      .click();
    await trainingRun(other).until(({ phase }) => phase === 'running');
    await trainingRun(other).button('Pause').click();
    await rows.first().getByRole('button', { name: 'Delete' }).click();
    await expect
      .poll(() => status.textContent())
      .toMatch(/^These checkpoints are in use by run-\w+, here or/);
    expect(await run.phase()).toBe('recorded');
  });

  test('where the run deletes one, the keyboard stays in its place, and on no other one’s button', async () => {
    const { page } = await open('/embed/spirals/');
    const { run, rows } = await openList(page);
    await rows.first().getByRole('button', { name: 'Resume from' }).click();
    const oldest = await run.element.evaluate(({ shadowRoot }) => {
      const last = shadowRoot!.querySelector('.panel tbody tr:last-child')!;
      last.querySelector<HTMLElement>('[aria-label^="Download"]')!.focus();
      return last.querySelector('th')!.textContent!;
    });
    await expect.poll(() => rows.getByRole('rowheader', { name: oldest, exact: true }).count()).toBe(0);
    const focused = await page.evaluate(() => {
      const { activeElement } = document.querySelector('training-run')!.shadowRoot!;
      return `${activeElement?.localName} ${activeElement?.parentElement?.localName}`;
    });
    expect(focused).toBe('tr tbody');
  });
});

test('a store that is full: training goes on, and it is said what to do', async () => {
  const { page } = await open('/embed/spirals/');
  const session = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1000 });
  const run = trainingRun(page);
  await run.element.evaluate((element) => element.setAttribute('save', '0.2s'));
  await run.button('Run').click();
  await expect
    .poll(() => run.element.locator('.status').textContent(), { timeout: 30_000 })
    .toMatch(/Delete old checkpoints/);
  const { step } = await run.state();
  await run.untilBeyond(step);
});

describe('a page that was left while its run saved', () => {
  /** What the worker saves is not heard any more: as by a page that is gone. */
  const makeDeaf = () => {
    const Heard = globalThis.Worker;
    globalThis.Worker = class extends Heard {
      constructor(...given: ConstructorParameters<typeof Heard>) {
        super(...given);
        this.addEventListener('message', (event) => {
          if ('deaf' in globalThis) event.stopImmediatePropagation();
        });
      }
    };
  };
  const HINT = /^Resume from step [\d,]+$/;

  /** Left with a newer save than it has heard of. */
  async function leave(page: Page) {
    await page.addInitScript(makeDeaf);
    await page.reload();
    const run = trainingRun(page);
    await run.element.evaluate((element) => {
      element.setAttribute('save', '0.2s');
      element.setAttribute('max-time', '10m');
    });
    await run.button('Run').click();
    await run.until(({ state }) => state.save.count >= 1);
    await page.evaluate(() => Object.assign(globalThis, { deaf: true }));
    const heard = await page.evaluate(() => JSON.stringify({ ...localStorage }));
    await expect.poll(() => newestIn(page)).toBeGreaterThan(Number(/step\D+(\d+)/.exec(heard)![1]));
    await page.reload();
    const offered = async () => {
      const label = await run.element.locator('.controls').getByRole('button', { name: HINT }).textContent();
      return Number(label?.replaceAll(/\D/g, ''));
    };
    return { run, heard, offered };
  }

  /** The greatest step in the page's only database. */
  const newestIn = (page: Page) =>
    page.evaluate(async () => {
      const [{ name } = {}] = await indexedDB.databases();
      return new Promise<number>((resolve) => {
        const opening = indexedDB.open(name!);
        opening.onsuccess = () => {
          const files = opening.result.transaction('files').objectStore('files');
          files.getAllKeys().onsuccess = ({ target }) => {
            const keys = (target as IDBRequest).result as [string, string][];
            opening.result.close();
            resolve(Math.max(...keys.map(([checkpoint]) => Number(checkpoint.split('-')[1]))));
          };
        };
      });
    });

  test('offers what is really there when it is opened again', async () => {
    const { page, complaints } = await open('/embed/spirals/');
    const { offered } = await leave(page);
    const newest = await newestIn(page);
    await expect.poll(offered).toBe(newest);
    await page.reload();
    await expect.poll(offered).toBe(newest);
    expect(complaints).toEqual([]);
  });

  test('offers it when its list is opened, where nothing told that it was left', async () => {
    const { page } = await open('/embed/spirals/');
    const { run, heard, offered } = await leave(page);
    const newest = await newestIn(page);
    await expect.poll(offered).toBe(newest);
    // As it is after a crash.
    await page.evaluate((hints) => Object.assign(localStorage, JSON.parse(hints)), heard);
    await page.reload();
    await expect.poll(offered).toBeLessThan(newest);
    await run.element.getByText('Checkpoints', { exact: true }).click();
    await expect.poll(offered).toBe(newest);
  });
});
