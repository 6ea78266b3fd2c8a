/** Node has it, browsers do not. */
const IN_NODE = typeof setImmediate === 'function';

/**
 * Resolves in a task of its own, after the messages and timers that wait. `setTimeout` would be slowed down to 4 ms in
 * browsers, and `requestAnimationFrame` stands still in hidden tabs and is missing in workers.
 */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    if (IN_NODE) {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
