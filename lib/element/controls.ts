import { parseEvery } from '../core/every.ts';
import { ACTIONS, type ActionName } from '../core/policy.ts';
import type { Backend } from '../demos/demo.ts';
import type { DemoSettings } from '../demos/demo-settings.ts';
import { grouped } from '../pictures/grouped.ts';
import { LANES } from '../pictures/lane.ts';
import type { LiveRun, Phase } from './live-run.ts';
import { make, setText } from './markup.ts';

/** What the controls ask for. They change nothing themselves. */
export interface ControlsOptions {
  readonly onPrimary: () => void;
  readonly onResume: () => void;
  readonly onReset: () => void;
}

/** What is set in the controls, unchecked: an interval may be any text. */
export interface ControlValues {
  readonly intervals: { readonly [action in ActionName]: string };
  readonly backend: Backend;
}

export interface Controls {
  readonly root: HTMLElement;
  /** Sets every control to what the settings say. */
  fill(settings: DemoSettings): void;
  update(live: LiveRun): void;
  values(): ControlValues;
  /** Whether every interval holds; if not, the first that does not gets the focus. */
  check(): boolean;
}

const NEVER = 'off';

const PRIMARY: { readonly [phase in Phase]: string } = {
  recorded: 'Run',
  loading: 'Loading…',
  ready: 'Pause',
  running: 'Pause',
  paused: 'Continue',
  done: 'Run again',
  failed: 'Run again',
};

/** The buttons, the three intervals and the backend. */
export function makeControls({ onPrimary, onResume, onReset }: ControlsOptions): Controls {
  const primary = make('button', { type: 'button', class: 'primary', onclick: onPrimary });
  const resume = make('button', { type: 'button', onclick: onResume, hidden: true });
  const reset = make('button', { type: 'button', onclick: onReset, hidden: true });
  const fields = ACTIONS.map((action) => makeInterval(action));
  const backend = make('select', { name: 'backend' });
  const settings = make(
    'fieldset',
    {},
    make('legend', { class: 'hidden' }, 'Intervals and backend'),
    ...fields.map(({ label }) => label),
    make('label', {}, make('span', {}, 'backend'), backend),
  );
  const messages = fields.map(({ message }) => message);
  // Not a form: a sandboxed frame may be denied to submit any.
  const fieldsAndButtons = make(
    'div',
    { class: 'form' },
    make('div', { class: 'buttons' }, primary, resume, reset),
    settings,
  );
  settings.addEventListener('keydown', ({ key, target }) => {
    if (key === 'Enter' && target instanceof HTMLInputElement) onPrimary();
  });

  return {
    root: make('div', { class: 'controls' }, fieldsAndButtons, ...messages),
    fill({ demo, strategy, backend: chosen }) {
      for (const { action, input } of fields) {
        const interval = strategy[action];
        input.value =
          interval === undefined ? NEVER : typeof interval === 'string' ? interval : interval.every;
      }
      backend.replaceChildren(
        ...demo.backends.map((name) => make('option', { value: name, selected: name === chosen }, name)),
      );
    },
    update({ phase, resumable }) {
      const busy = phase !== 'recorded' && phase !== 'done' && phase !== 'failed';
      setText(primary, PRIMARY[phase]);
      // Not `disabled`, which would lose the focus of somebody who has just pressed it.
      primary.setAttribute('aria-disabled', String(phase === 'loading'));
      hide(resume, busy || resumable === undefined, primary);
      if (busy && settings.matches(':has(:focus-visible)')) primary.focus();
      settings.disabled = busy;
      setText(resume, `Resume from step ${resumable ? grouped(resumable.step) : ''}`);
      hide(reset, phase === 'recorded', primary);
      setText(reset, phase === 'failed' ? 'Show the recording' : phase === 'loading' ? 'Cancel' : 'Reset');
    },
    values() {
      const [log, evaluate, save] = fields.map(({ input }) => input.value.trim());
      return {
        intervals: { log: log!, evaluate: evaluate!, save: save! },
        backend: backend.value as Backend,
      };
    },
    check() {
      const wrong = fields.filter(({ check }) => !check());
      wrong[0]?.input.focus();
      return wrong.length === 0;
    },
  };
}

/** One interval, checked while it is written; what is wrong is said below all of them. */
function makeInterval(action: ActionName) {
  const message = make('p', {
    ...{ class: 'message', part: 'message', id: `message-${action}`, role: 'alert', hidden: true },
  });
  const input = make('input', {
    ...{ name: action, size: '9', spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off' },
    'aria-describedby': message.id,
  });
  const check = (): boolean => {
    const trouble = troubleOf(input.value.trim(), action);
    input.setAttribute('aria-invalid', String(trouble !== undefined));
    message.hidden = trouble === undefined;
    setText(message, trouble ?? '');
    return trouble === undefined;
  };
  input.addEventListener('change', check);
  input.addEventListener('input', () => {
    // Nobody is told off in the middle of a word, but praise comes at once.
    if (input.getAttribute('aria-invalid') === 'true') check();
  });
  const sign = make('span', { class: `sign ${action}`, 'aria-hidden': 'true' }, LANES[action].sign);
  const label = make('label', {}, make('span', {}, sign, ` ${action} every`), input);
  return { action, label, input, message, check };
}

function troubleOf(text: string, action: ActionName): string | undefined {
  if (text === NEVER) return undefined;
  try {
    parseEvery(text, action, action);
    return undefined;
  } catch (error) {
    return `${(error as Error).message} Or '${NEVER}' for never.`;
  }
}

/** Hides a button or shows it. With the keyboard on it, the focus goes to its heir and not to the top of the page. */
export function hide(button: HTMLElement, hidden: boolean, heir: HTMLElement): void {
  if (hidden && button.matches(':focus-visible')) heir.focus();
  button.hidden = hidden;
}
