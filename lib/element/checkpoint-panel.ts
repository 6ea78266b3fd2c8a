import { grouped } from '../pictures/grouped.ts';
import type { Client, openClient } from '../worker/client.ts';
import type { ListedReply, Reply } from '../worker/protocol.ts';
import { panelStyles } from './checkpoint-panel-styles.ts';
import { countText, measuredText, problemText, sizeText } from './checkpoint-text.ts';
import type { Resumable } from './live-run.ts';
import { make, setText } from './markup.ts';
import { newestOf } from './newest-stored.ts';

// One file to load, whichever of the two is wanted.
export { tellNewestStored } from './newest-stored.ts';

/** What a list of checkpoints needs of its figure. */
export interface CheckpointPanelOptions {
  /** The name of the browser store. */
  readonly store: string;
  /** Begins the worker that looks after them. */
  readonly openClient: typeof openClient;
  /** One is to be gone on with. */
  readonly onResume: (checkpoint: string) => void;
  /** What is there was looked at: the newest one that can be gone on with, or none, and whether somebody has changed that. */
  readonly onNewest: (newest: Resumable | undefined, changed: boolean) => void;
}

/** The checkpoints of a store, in a worker of their own: a run under way is not disturbed, and keeps its own. */
export interface CheckpointPanel {
  readonly root: HTMLElement;
  readonly styles: CSSStyleSheet;
  /** Looks again at what there is. */
  refresh(): void;
  /** Whether the figure's own run has the store: until it is reset, none is deleted or taken back. */
  setInUse(inUse: boolean): void;
  /** Ends its worker. */
  close(): void;
}

type Stored = ListedReply['checkpoints'][number];
type Aside = ListedReply['aside'][number];

const NOTE = 'Resumed from an older one, a run replaces those after it as it saves.';

/** A file that no browser could hold three times in memory is not tried. */
const MOST_BYTES = 500_000_000;

/** Lists checkpoints, and does with each what can be done. Loaded when somebody opens the list. */
export function makeCheckpointPanel({
  store,
  openClient,
  onResume,
  onNewest,
}: CheckpointPanelOptions): CheckpointPanel {
  const status = make('p', { role: 'status', class: 'panel-status', tabindex: '-1' }, 'Looking…');
  const rows = make('tbody');
  const table = make(
    'table',
    { hidden: true },
    make('caption', { class: 'hidden' }, 'Checkpoints in this browser, the newest first'),
    make('thead', {}, make('tr', {}, ...['Step', 'Time', 'Size', 'Measured', 'What to do'].map(headOf))),
    rows,
  );
  const file = make('input', {
    type: 'file',
    accept: '.tar',
    class: 'changes',
    onchange: () => void takeBack(),
  });
  const keep = make(
    'button',
    { type: 'button', onclick: () => void persist(), hidden: true },
    'Ask the browser to keep them',
  );
  const note = make('p', { class: 'panel-note' }, NOTE);
  const root = make(
    'div',
    { class: 'panel' },
    status,
    make('div', { class: 'panel-table' }, table),
    make('div', { class: 'buttons' }, make('label', {}, make('span', {}, 'Take one back'), file), keep),
    note,
  );

  let client: Client | undefined;
  let drawnRows: ReadonlyMap<string, HTMLTableRowElement> = new Map();
  let inUse = false;
  /** Whether what is listed next is what somebody has changed. A run's own saves are not. */
  let changed = false;
  /** Whether something has been said that stays until somebody does something: a listing alone is not that. */
  let told = false;
  const send: Client['send'] = (order) => {
    client ??= openClient({ onReply, onDeath: say });
    client.send(order);
  };

  const act: Client['send'] = (order) => {
    told = false;
    send(order);
  };

  const change: Client['send'] = (order) => {
    changed = true;
    act(order);
  };

  function onReply(reply: Reply): void {
    if (reply.type === 'listed') show(reply);
    else if (reply.type === 'exported') {
      download(reply.checkpoint, reply.archive);
      // What was said before is done with.
      refresh();
    } else if (reply.type === 'failed') say(reply.message);
  }

  function refresh(): void {
    send({ type: 'list', store });
  }

  /** What went wrong, with what to do about it, stays until something else is done. */
  function say(message: string): void {
    changed = false;
    told = true;
    setText(status, message);
    status.classList.add('wrong');
  }

  function show(reply: ListedReply): void {
    const { checkpoints, aside, room } = reply;
    const bytes = [...checkpoints, ...aside].reduce((sum, checkpoint) => sum + checkpoint.bytes, 0);
    const granted = room
      ? ` This site may store ${sizeText(room.quota)} and uses ${sizeText(room.usage)}.`
      : '';
    if (!told) {
      status.classList.remove('wrong');
      setText(status, `${countText(checkpoints.length, aside.length, bytes)}.${granted}`);
    }
    table.hidden = checkpoints.length + aside.length === 0;
    const explained = aside.length > 0 || checkpoints.some(({ metrics, problem }) => metrics || problem);
    table.classList.toggle('unmeasured', !explained);
    const focused = rows.querySelector<HTMLElement>(':focus');
    const nth = [...rows.rows].findIndex((row) => row.matches(':focus-within'));
    // A row that says what it said stays the same: somebody may be about to click on it.
    const drawn = new Map<string, HTMLTableRowElement>();
    const draw = <One>(one: One, drawOne: (one: One) => HTMLTableRowElement) => {
      const text = JSON.stringify(one);
      drawn.set(text, drawnRows.get(text) ?? drawOne(one));
    };
    for (const stored of checkpoints.toReversed()) draw(stored, rowOf);
    for (const stored of aside.toReversed()) draw(stored, asideRowOf);
    rows.replaceChildren(...drawn.values());
    drawnRows = drawn;
    offerChanges();
    if (focused) focusAgain(focused, nth);
    onNewest(newestOf(reply), changed);
    changed = false;
    void navigator.storage?.persisted?.().then((kept) => {
      keep.hidden = kept || checkpoints.length === 0;
    });
  }

  /**
   * What had the focus is drawn anew. Where somebody has deleted it, the focus goes to what says how many are left; where the
   * figure's run has, during which nobody else does, to the row in its place, and to none of its buttons: what was about to
   * be pressed there was another's.
   */
  function focusAgain(focused: HTMLElement, nth: number): void {
    const label = CSS.escape(focused.getAttribute('aria-label') ?? '');
    const again = focused.isConnected ? focused : rows.querySelector<HTMLElement>(`[aria-label="${label}"]`);
    const inItsPlace = inUse ? rows.rows[Math.min(nth, rows.rows.length - 1)] : undefined;
    (again ?? inItsPlace ?? status).focus();
  }

  /** What a run's lock would refuse is not offered. */
  function offerChanges(): void {
    for (const control of root.querySelectorAll<HTMLButtonElement | HTMLInputElement>('.changes')) {
      control.disabled = inUse;
    }
    setText(note, inUse ? `${NOTE} While it trains, none is deleted or taken back: reset it first.` : NOTE);
  }

  function rowOf({ name, step, bytes, elapsed, metrics, ...trouble }: Stored): HTMLTableRowElement {
    const called = `the checkpoint of step ${grouped(step)}`;
    const problem = problemText(trouble);
    const onward = [
      button('Resume', `from step ${grouped(step)}`, () => onResume(name)),
      downloadOf(name, called),
    ];
    return make(
      'tr',
      { tabindex: '-1' },
      make('th', { scope: 'row' }, grouped(step)),
      make('td', {}, elapsed === undefined ? '' : `${elapsed.toFixed(1)} s`),
      make('td', {}, sizeText(bytes)),
      make('td', { class: problem ? 'wrong' : 'measured' }, problem ?? measuredText(metrics)),
      buttonsOf(...(problem ? [] : onward), deleteOf(name, called)),
    );
  }

  /** Of its step there may be a good one as well, or several like it: only its name tells it from those. */
  function asideRowOf({ name, step, bytes }: Aside): HTMLTableRowElement {
    return make(
      'tr',
      { tabindex: '-1' },
      make('th', { scope: 'row' }, grouped(step)),
      make('td'),
      make('td', {}, sizeText(bytes)),
      make('td', { class: 'wrong' }, `Damaged, and put aside as ${name}.`),
      buttonsOf(downloadOf(name, name), deleteOf(name, name)),
    );
  }

  function downloadOf(checkpoint: string, called: string): HTMLButtonElement {
    return button('Download', called, () => act({ type: 'export', store, checkpoint }));
  }

  function deleteOf(checkpoint: string, called: string): HTMLButtonElement {
    const made = button('Delete', called, () => change({ type: 'delete', store, checkpoint }));
    made.classList.add('changes');
    return made;
  }

  function download(checkpoint: string, archive: Uint8Array<ArrayBuffer>): void {
    const href = URL.createObjectURL(new Blob([archive], { type: 'application/x-tar' }));
    make('a', { href, download: `${store}-${checkpoint}.tar` }).click();
    // The browser has taken hold of it by then.
    setTimeout(() => URL.revokeObjectURL(href), 10_000);
  }

  async function takeBack(): Promise<void> {
    const [chosen] = file.files ?? [];
    if (!chosen) return;
    if (chosen.size > MOST_BYTES) {
      say(`${chosen.name}: expected at most ${sizeText(MOST_BYTES)}, got ${sizeText(chosen.size)}.`);
    } else {
      const archive = new Uint8Array(await chosen.arrayBuffer());
      change({ type: 'import', store, name: chosen.name, archive });
    }
    file.value = '';
  }

  async function persist(): Promise<void> {
    const kept = await navigator.storage.persist();
    const answer = kept
      ? 'The browser keeps them until you delete them.'
      : 'The browser has not agreed: it may delete them when it runs out of room. Download what you need.';
    told = true;
    status.classList.remove('wrong');
    setText(status, answer);
    keep.hidden = kept;
  }

  return {
    root,
    styles: panelStyles(),
    refresh,
    setInUse(now) {
      inUse = now;
      offerChanges();
    },
    close() {
      client?.close();
      client = undefined;
      told = false;
    },
  };
}

function headOf(text: string): HTMLTableCellElement {
  return make('th', { scope: 'col' }, text);
}

/** Its text is one word; what it is done to, those hear who do not see the row. */
function button(text: string, called: string, onclick: () => void): HTMLButtonElement {
  return make('button', { type: 'button', 'aria-label': `${text} ${called}`, onclick }, text);
}

function buttonsOf(...buttons: readonly HTMLButtonElement[]): HTMLTableCellElement {
  return make('td', {}, make('div', { class: 'buttons' }, ...buttons));
}
