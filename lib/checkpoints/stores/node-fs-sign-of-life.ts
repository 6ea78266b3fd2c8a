/*
 * From another host or container nobody sees a process. That it lives is seen by its lock, whose time of modification it
 * keeps new.
 */

/** Milliseconds from one sign of life to the next: small beside {@link MOST_SILENCE}, and nothing beside a save. */
export const SIGN_EVERY = 10_000;

/**
 * Milliseconds without a sign of life after which a process that cannot be seen is dead. Five signs may be lost, to a slow
 * disk or a long step on the same thread; and whoever restarts a job that was killed waits a minute at most.
 */
export const MOST_SILENCE = 60_000;

/**
 * Gives a sign of life again and again, and one at a time, so that a disk that hangs does not pile them up. One that fails
 * ends nothing: the next may not. It keeps no process alive.
 *
 * @returns what ends it.
 */
export function giveSignsOfLife(sign: () => Promise<void>): () => void {
  let busy = false;
  const timer = setInterval(async () => {
    if (busy) return;
    busy = true;
    await sign().catch(() => {});
    busy = false;
  }, SIGN_EVERY);
  timer.unref();
  return () => clearInterval(timer);
}
