import { BaseElement } from './base-element.ts';
import { hide } from './controls.ts';
import { make, setText } from './markup.ts';
import { keepOwnKeys } from './own-keys.ts';
import { groupText } from './run-group-text.ts';
import { sharedStyles } from './styles.ts';
import { TrainingRun } from './training-run.ts';

/**
 * `<run-group span="12">`: several `<training-run compact>` that are run, paused and reset together, on axes of the same
 * length, so that they can be compared. Each is named by its `aria-label`, for what the group says of it.
 */
export class RunGroup extends BaseElement {
  /** Those that were loading when the group was paused: they are paused as soon as they train. */
  readonly #late = new Set<EventTarget>();
  readonly #primary = make('button', { type: 'button', class: 'primary', onclick: () => this.#onPrimary() });
  readonly #reset = make('button', { type: 'button', onclick: () => this.reset() }, 'Reset');
  readonly #status = make('p', { class: 'status', role: 'status' });

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sharedStyles()];
    const buttons = make('div', { class: 'buttons' }, this.#primary, this.#reset);
    root.append(make('slot'), make('div', { class: 'bar' }, buttons, this.#status));
    keepOwnKeys(root);
    this.addEventListener('phasechange', ({ target }) => {
      if (target instanceof TrainingRun && target.phase === 'running' && this.#late.delete(target))
        target.pause();
      this.#update();
    });
    this.addEventListener('troublechange', () => this.#update());
  }

  /** @internal */
  connectedCallback(): void {
    const span = this.getAttribute('span');
    for (const run of this.runs) if (span) run.setAttribute('span', span);
    this.#update();
  }

  /** Those within it. */
  get runs(): TrainingRun[] {
    return [...this.querySelectorAll('training-run')].filter((run) => run instanceof TrainingRun);
  }

  /** All train. */
  run(): void {
    this.#late.clear();
    for (const run of this.runs) run.run();
  }

  /** All stand still. */
  pause(): void {
    for (const run of this.runs) {
      if (run.phase === 'loading' || run.phase === 'ready') this.#late.add(run);
      run.pause();
    }
  }

  /** All go on. */
  continue(): void {
    this.#late.clear();
    for (const run of this.runs) run.continue();
  }

  /** All show their recorded runs again. */
  reset(): void {
    this.#late.clear();
    for (const run of this.runs) run.reset();
  }

  #onPrimary(): void {
    if (this.#is('running')) this.pause();
    else if (this.#is('paused')) this.continue();
    else if (!this.#is('loading', 'ready')) this.run();
  }

  /** Whether any of the runs is in one of these phases. */
  #is(...phases: readonly string[]): boolean {
    return this.runs.some(({ phase }) => phases.includes(phase));
  }

  #update(): void {
    const { runs } = this;
    const members = runs.map((run, index) => ({
      name: run.getAttribute('aria-label') ?? `Run ${index + 1}`,
      phase: run.phase,
      trouble: run.trouble,
    }));
    // What one has loaded, the others find in the browser's cache.
    const { label, status } = groupText(members, runs[0]?.loads ?? '');
    setText(this.#primary, label);
    setText(this.#status, status);
    hide(
      this.#reset,
      runs.every(({ phase }) => phase === 'recorded'),
      this.#primary,
    );
  }
}
