import type { StrategyOptions } from '../core/strategy.ts';
import { type DemoSettings, parseDemoOptions } from '../demos/demo-settings.ts';
import { type Client, openClient } from '../worker/client.ts';
import type { Reply } from '../worker/protocol.ts';
import { ATTRIBUTES, optionsOf } from './attributes.ts';
import { BaseElement } from './base-element.ts';
import type { CheckpointPanel } from './checkpoint-panel.ts';
import { type Controls, makeControls } from './controls.ts';
import { type Figure, makeFigure } from './figure.ts';
import {
  advance,
  type Happening,
  idleLiveRun,
  type LiveRun,
  type Phase,
  type Resumable,
} from './live-run.ts';
import { loadText, numbersText, statusText, troubleText } from './live-run-text.ts';
import { make, setText } from './markup.ts';
import { keepOwnKeys } from './own-keys.ts';
import { type Hint, readHint, writeHint } from './resume-hint.ts';
import { sharedStyles } from './styles.ts';

/**
 * `<training-run demo="spirals" log="1s" evaluate="5s" save="20s">`: a run in a page. It shows what is in its slot
 * `recorded` until somebody presses Run; then it trains in a worker of its own. It never starts by itself.
 *
 * Attributes: `demo`, `log`, `evaluate`, `save` (an interval or `off`), `max-time`, `backend`, `seed`,
 * `minimum-step-time` (milliseconds), `store`; `compact` for the timeline alone, with the table to be opened below it and
 * with no controls; `span` for the seconds of its axis.
 *
 * @fires phasechange when {@link TrainingRun.phase} changes; it bubbles.
 */
export class TrainingRun extends BaseElement {
  /** @internal */
  static readonly observedAttributes = [...Object.values(ATTRIBUTES), 'compact', 'span'];

  #settings: DemoSettings | undefined;
  #live: LiveRun = idleLiveRun();
  #client: Client | undefined;
  #scheduled = false;
  readonly #controls: Controls;
  readonly #figure: Figure = makeFigure(() => this.#schedule());
  readonly #slot = make('slot', { name: 'recorded' });
  readonly #status = make('p', { class: 'status', part: 'status', role: 'status' });
  readonly #numbers = make('p', { class: 'numbers', part: 'numbers' });
  readonly #checkpoints = make(
    'details',
    { class: 'checkpoints', part: 'checkpoints', ontoggle: () => void this.#onToggle() },
    make('summary', {}, 'Checkpoints'),
  );
  #panel: CheckpointPanel | undefined;
  #looked: string | undefined;
  readonly #resized = new ResizeObserver(() => this.#schedule());

  constructor() {
    super();
    this.#controls = makeControls({
      onPrimary: () => this.#onPrimary(),
      onResume: () => this.resume(),
      onReset: () => this.reset(),
    });
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sharedStyles()];
    const bar = make('div', { class: 'bar', part: 'bar' }, this.#controls.root, this.#numbers, this.#status);
    root.append(make('div', { class: 'recorded' }, this.#slot), this.#figure.root, bar, this.#checkpoints);
    keepOwnKeys(root);
  }

  /** @internal */
  connectedCallback(): void {
    // One that is moved while it trains goes on.
    if (this.phase === 'recorded') this.#configure();
    // A group tells of all its runs at once: what each shows is not read out besides.
    this.#status.ariaLive = this.closest('run-group') ? 'off' : 'polite';
    this.#resized.observe(this);
    for (const type of LEAVING) addEventListener(type, this.#onLeaving, { capture: true });
  }

  /** @internal */
  disconnectedCallback(): void {
    this.#resized.disconnect();
    for (const type of LEAVING) removeEventListener(type, this.#onLeaving, { capture: true });
    // An element that is only moved is connected again before this task is over.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.reset();
      this.#closePanel();
    });
  }

  /** @internal */
  attributeChangedCallback(): void {
    if (this.isConnected && this.phase === 'recorded') this.#configure();
  }

  /** Where it is in its life. */
  get phase(): Phase {
    return this.#live.phase;
  }

  /** What the run has come to, for those who want to know more than the pictures show. */
  get state() {
    return this.#live.run;
  }

  /** @internal What went wrong, or is not as it was asked for. Empty where nothing is. */
  get trouble(): string {
    return troubleText(this.#live);
  }

  /** @internal What Run loads. */
  get loads(): string {
    return this.#settings ? loadText(this.#settings.demo, this.#controls.values().backend) : '';
  }

  /**
   * Trains from the start, or with `resume` from the newest checkpoint or the one that is named. Does nothing while a run
   * is under way.
   */
  run({ resume = false }: { resume?: boolean | string } = {}): void {
    if (!this.#settings || !this.#isIdle() || !this.#controls.check()) return;
    const { demo, seed, minimumStepTime, store } = this.#settings;
    const { intervals, backend } = this.#controls.values();
    const strategy: { -readonly [key in keyof StrategyOptions]: unknown } = { ...this.#settings.strategy };
    for (const [action, every] of Object.entries(intervals)) {
      if (every === 'off') delete strategy[action as keyof typeof intervals];
      else if (every !== textOf(strategy[action as keyof typeof intervals]))
        strategy[action as keyof typeof intervals] = every;
    }
    this.#close();
    this.#happen({ type: 'begin', resume });
    const onDeath = (message: string) => this.#happen({ type: 'died', message });
    try {
      this.#client = openClient({ onReply: (reply) => this.#onReply(reply), onDeath });
    } catch (error) {
      onDeath(`The browser lets this page start no worker: ${(error as Error).message}`);
      return;
    }
    this.#client.send({
      ...{
        type: 'start',
        demo: demo.id,
        strategy: strategy as StrategyOptions,
        backend,
        seed,
        batchSize: demo.batchSize,
        store,
        resume,
      },
      minimumStepTime,
    });
  }

  /** Goes on from the newest checkpoint. */
  resume(): void {
    this.run({ resume: true });
  }

  /** Training stands still. */
  pause(): void {
    if (this.phase !== 'running') return;
    this.#client?.send({ type: 'pause' });
    this.#happen({ type: 'pause' });
  }

  /** Training goes on. */
  continue(): void {
    if (this.phase !== 'paused') return;
    this.#client?.send({ type: 'continue' });
    this.#happen({ type: 'continue' });
  }

  /** Ends the run, wherever it is, and shows the recorded one. Its checkpoints stay. */
  reset(): void {
    this.#close();
    this.#happen({ type: 'reset' });
  }

  /** What has been trained since the last save may be lost when the page goes: whether it will, a page is not told. */
  readonly #onLeaving = ({ type }: Event) => {
    const leaves = type !== 'visibilitychange' || document.visibilityState === 'hidden';
    if (!leaves || !this.#client) return;
    this.#client.send({ type: 'save' });
    // Whether somebody will be here to hear of it is not known: the next one to come looks, until somebody has heard.
    this.#remember(true);
  };

  /** What lists them is loaded when somebody wants to see them. */
  async #onToggle(): Promise<void> {
    this.#panel?.close();
    if (!this.#checkpoints.open || !this.#settings) return;
    const { store } = this.#settings;
    const { makeCheckpointPanel } = await loadPanel();
    if (!this.#checkpoints.open) return;
    this.#panel ??= makeCheckpointPanel({
      store,
      openClient,
      onResume: (checkpoint) => {
        if (!this.#isIdle()) this.reset();
        this.run({ resume: checkpoint });
      },
      onNewest: (newest, changed) => {
        // A run under way tells of its own; of one that has come to its end nothing is offered, whatever it has left.
        if (changed || (this.#isIdle() && this.#live.resumable)) this.#offer(store, newest);
      },
    });
    this.#checkpoints.append(this.#panel.root);
    this.shadowRoot!.adoptedStyleSheets = [sharedStyles(), this.#panel.styles];
    this.#panel.setInUse(!this.#isIdle());
    this.#panel.refresh();
  }

  /** What is known of a store by looking at it. */
  #offer(store: string, newest: Resumable | undefined): void {
    this.#happen({ type: 'stored', newest });
    writeHint(store, { resumable: newest });
  }

  /** What it shows is of one store, and of one look. */
  #closePanel(): void {
    this.#panel?.close();
    this.#panel?.root.remove();
    this.#panel = undefined;
    this.#checkpoints.open = false;
  }

  #isIdle(): boolean {
    return this.phase === 'recorded' || this.phase === 'done' || this.phase === 'failed';
  }

  #onPrimary(): void {
    if (this.phase === 'running') this.pause();
    else if (this.phase === 'paused') this.continue();
    else this.run();
  }

  /** Reads the attributes. What does not hold is said, and then nothing can be run. */
  #configure(): void {
    this.#closePanel();
    try {
      this.#settings = parseDemoOptions(optionsOf(this), `<${this.localName}>`);
      this.#controls.fill(this.#settings);
      const { store } = this.#settings;
      const { resumable, left }: Hint = this.#isPersistent() ? readHint(store) : {};
      this.#live = idleLiveRun(resumable);
      if (left && this.#looked !== store) this.#look(store).catch(() => {}); // Then it offers what it has heard of.
    } catch (error) {
      this.#settings = undefined;
      setText(this.#status, (error as Error).message);
    }
    this.#schedule();
  }

  /** The page was left while its run saved: what came of that, nobody has heard. */
  async #look(store: string): Promise<void> {
    // Each attribute that is set configures it anew.
    this.#looked = store;
    const { tellNewestStored } = await loadPanel();
    tellNewestStored(store, openClient, (newest) => {
      if (this.phase === 'recorded' && this.#settings?.store === store) this.#offer(store, newest);
    });
  }

  #onReply(reply: Reply): void {
    this.#happen(reply);
    const { type } = reply.type === 'event' ? reply.event : reply;
    if (CHANGING.has(type)) this.#remember();
    if (type === 'save' && this.#checkpoints.open) this.#panel?.refresh();
    // The engine's memory is the worker's: with the run they both go.
    if (reply.type === 'done' || reply.type === 'failed') this.#close();
  }

  #happen(happening: Happening): void {
    const { phase, trouble } = this;
    this.#live = advance(this.#live, happening);
    this.#schedule();
    if (this.phase !== phase) {
      this.#panel?.setInUse(!this.#isIdle());
      this.#tell('phasechange');
    }
    if (this.trouble !== trouble) this.#tell('troublechange');
  }

  #tell(what: 'phasechange' | 'troublechange'): void {
    this.dispatchEvent(new Event(what, { bubbles: true, composed: true }));
  }

  #isPersistent(): boolean {
    return this.#settings !== undefined && this.#settings.store !== 'memory';
  }

  #remember(left?: boolean): void {
    const { keeps, resumable } = this.#live;
    if (this.#isPersistent() && keeps) writeHint(this.#settings!.store, { resumable, left });
  }

  #close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  /** Draws once before the next picture of the screen, however much has happened until then. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      if (this.isConnected) this.#draw();
    });
  }

  #draw(): void {
    const settings = this.#settings;
    const compact = this.hasAttribute('compact');
    this.toggleAttribute('data-wrong', settings === undefined);
    this.#checkpoints.hidden = compact || !this.#isPersistent();
    if (!settings) return;
    const live = this.#live;
    // One that fails before it has told anything has nothing to show in place of the recorded one.
    const shown = live.run.status !== 'idle';
    this.#slot.parentElement!.hidden = shown;
    this.#figure.root.hidden = !shown;
    const span = Number(this.getAttribute('span') ?? Number.NaN);
    this.toggleAttribute('data-trouble', this.trouble !== '');
    const { demo, minimumStepTime } = settings;
    if (shown) this.#figure.draw(live, demo, { compact, span: span > 0 ? span : undefined, minimumStepTime });
    this.#controls.update(live);
    setText(this.#numbers, numbersText(live));
    setText(this.#status, statusText(live, demo, this.#controls.values().backend));
  }
}

const loadPanel = () => import('./checkpoint-panel.ts');

/** With these, what can be gone on with may be another. */
const CHANGING: ReadonlySet<string> = new Set(['ready', 'begin', 'save', 'end', 'failed']);

/** After any of these a page may be gone; the window hears of what its document is told as well. */
const LEAVING = ['pagehide', 'visibilitychange', 'freeze'] as const;

function textOf(interval: unknown): unknown {
  return typeof interval === 'object' && interval !== null
    ? (interval as { every?: unknown }).every
    : interval;
}
