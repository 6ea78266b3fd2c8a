import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { listenOnFreePort } from './listen-on-free-port.ts';

test('a busy port is passed over, and the real one is told', async () => {
  const busy = createServer();
  await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void busy.close());
  const { port: taken } = busy.address() as AddressInfo;

  const { port, close } = await listenOnFreePort(taken, (_, response) => response.end('here'));
  onTestFinished(close);
  expect(port).toBeGreaterThan(taken);
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  expect(await answer.text()).toBe('here');
});
