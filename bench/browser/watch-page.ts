/** What the page tells of itself; all times are those of its `performance.now()`. */
export interface Watch {
  /** When Run, and each time Pause, was clicked: the instant of the input itself. */
  readonly clicks: { readonly button: string; readonly time: number }[];
  /** When the worker's messages arrived. */
  readonly replies: { readonly type: string; readonly step: number; readonly time: number }[];
  readonly longTasks: { readonly time: number; readonly duration: number }[];
  /** The longest that a timer of 5 ms and a frame were kept waiting since the last look, in milliseconds. */
  longestTimer: number;
  longestFrame: number;
  /** When the first point of the loss had been drawn. */
  firstPoint?: number;
}

declare global {
  interface Window {
    watch: Watch;
  }
}

/**
 * Runs in the page before anything else does, as text: it may use nothing from outside. It listens to the worker, the
 * clicks and the main thread, and changes none of them.
 */
export function watchPage(): void {
  const watch: Watch = { clicks: [], replies: [], longTasks: [], longestTimer: 0, longestFrame: 0 };
  window.watch = watch;

  const Original = window.Worker;
  window.Worker = class extends Original {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      this.addEventListener('message', ({ data }) => {
        const type = data.type === 'event' ? data.event.type : data.type;
        const step = data.step ?? data.event?.step;
        watch.replies.push({ type, step: step ?? Number.NaN, time: performance.now() });
      });
    }
  };

  addEventListener(
    'click',
    (event) => {
      const [button] = event.composedPath();
      if (button instanceof HTMLButtonElement) {
        watch.clicks.push({ button: button.textContent ?? '', time: event.timeStamp });
      }
    },
    { capture: true },
  );

  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries())
      watch.longTasks.push({ time: startTime, duration });
  }).observe({ type: 'longtask', buffered: true });

  let tick = performance.now();
  setInterval(() => {
    const now = performance.now();
    watch.longestTimer = Math.max(watch.longestTimer, now - tick - 5);
    tick = now;
  }, 5);

  let frame = performance.now();
  let seen = false;
  const onFrame = () => {
    const now = performance.now();
    watch.longestFrame = Math.max(watch.longestFrame, now - frame);
    frame = now;
    if (seen) watch.firstPoint ??= now;
    const run = document.querySelector('training-run') as { state?: { log: { count: number } } } | null;
    // What is in the state now is drawn by the next frame.
    seen = (run?.state?.log.count ?? 0) > 0;
    requestAnimationFrame(onFrame);
  };
  requestAnimationFrame(onFrame);
}
