import { type Plan, plan } from 'wallclock/plan';
import { LONGEST_FILE, readPlanFile } from './plan-file.ts';
import {
  FIELD_NAMES,
  type FieldName,
  MOST,
  type PlanTexts,
  planQuery,
  readPlanForm,
  readPlanQuery,
  troubleOf,
} from './plan-form.ts';
import { planJson, planMarkup } from './plan-markup.ts';

/*
 * The planner's page: plans anew whenever a field or the file changes, and keeps the address in step. The fields write the
 * file; a file that is written by hand says more than they can, and then they are off.
 */
type Place = FieldName | 'file';

const PLACES: readonly Place[] = [...FIELD_NAMES, 'file'];

const form = document.querySelector<HTMLFormElement>('[data-planner]')!;
const shown = document.querySelector<HTMLElement>('[data-plan]')!;
const file = document.querySelector<HTMLTextAreaElement>('[data-plan-file]')!;
const back = document.querySelector<HTMLElement>('[data-by-hand]')!;
const status = document.querySelector<HTMLElement>('[data-status]')!;
const before = document.querySelector<HTMLElement>('[data-before]')!;
const told = form.querySelector<HTMLElement>('[data-told]')!;
const presets = [...form.querySelectorAll<HTMLButtonElement>('button[data-step]')];
let isByHand = false;
let newest = 0;

const input = (name: Place) => form.elements.namedItem(name) as HTMLInputElement | HTMLTextAreaElement;

function texts(): PlanTexts {
  return Object.fromEntries(FIELD_NAMES.map((name) => [name, input(name).value])) as PlanTexts;
}

function fill(values: Partial<PlanTexts>): void {
  for (const name of FIELD_NAMES) if (values[name] !== undefined) input(name).value = values[name];
}

/** What happened on the page: only what changes something is answered. */
export async function respond({ type, target }: Event): Promise<void> {
  if (type === 'click') await press(target as Element);
  if (type !== 'input' && type !== 'change') return;
  if (target === file && type === 'input') writeByHand(true);
  await update(type === 'change');
}

/** What an address asks for; it may hold anything. */
export async function openAddress(query: string): Promise<void> {
  const { texts: asked, file: written, unknown } = readPlanQuery(query);
  fill(asked);
  if (written !== undefined) {
    file.value = written;
    writeByHand(true);
  }
  await update(true);
  const names = unknown.map((name) => `'${name}'`).join(', ');
  if (names !== '') setText(told, `The address asks for ${names}, and the planner has no such field.`);
}

async function press(target: Element): Promise<void> {
  const button = target.closest<HTMLButtonElement>('button');
  if (button?.dataset.step) fill({ step: button.dataset.step });
  else if (button && back.contains(button)) writeByHand(false);
  else return;
  await update(true);
  // The button is gone: the keyboard goes on with what it has brought back.
  if (button.dataset.step === undefined) input('log').focus();
}

function writeByHand(byHand: boolean): void {
  isByHand = byHand;
  back.hidden = !byHand;
  for (const name of FIELD_NAMES) input(name).disabled = byHand;
  for (const preset of presets) preset.disabled = byHand;
}

/** @param strict whether what does not hold is told so: not in the midst of a word. */
async function update(strict: boolean): Promise<void> {
  const current = ++newest;
  const now = texts();
  for (const preset of presets)
    preset.setAttribute('aria-pressed', String(!isByHand && preset.dataset.step === now.step.trim()));
  const read = isByHand ? readPlanFile(file.value) : readPlanForm(now);
  let troubles: ReadonlyMap<Place, string> = new Map();
  if ('troubles' in read) troubles = read.troubles;
  else if ('trouble' in read) troubles = new Map([['file', read.trouble]]);
  let general = '';
  let planned: Plan | undefined;
  if ('input' in read) {
    try {
      planned = await plan(read.input, MOST);
    } catch (error) {
      const trouble = isByHand
        ? { field: 'file' as const, message: (error as Error).message }
        : troubleOf(error);
      if (trouble) troubles = new Map([[trouble.field, trouble.message]]);
      else general = (error as Error).message;
    }
    // Whoever types faster than this plans sees the newest plan only.
    if (current !== newest) return;
  }
  const isTold = tell(troubles, strict) || general !== '';
  setText(told, general);
  // In the midst of a word the plan is not taken back.
  shown.toggleAttribute('data-stale', isTold);
  before.hidden = !isTold;
  if (!planned || !('input' in read)) return;
  shown.innerHTML = planMarkup(planned);
  if (!isByHand) file.value = planJson(read.input);
  setText(status, shown.querySelector('.says')!.textContent);
  const query = isByHand ? fileQuery() : planQuery(now);
  history.replaceState(history.state, '', `${location.pathname}${query}${location.hash}`);
}

/** A file that is too long for an address is not in it. */
function fileQuery(): string {
  return file.value.length > LONGEST_FILE ? '' : `?${new URLSearchParams({ plan: file.value })}`;
}

/**
 * A trouble that is over is taken back at once; a new one is told when its field is left.
 *
 * @returns whether there is one that is told.
 */
function tell(troubles: ReadonlyMap<Place, string>, strict: boolean): boolean {
  let isTold = false;
  for (const name of PLACES) {
    const field = input(name);
    const trouble = troubles.get(name);
    const invalid = trouble !== undefined && (strict || field.getAttribute('aria-invalid') === 'true');
    field.setAttribute('aria-invalid', String(invalid));
    setText(document.getElementById(`${name}-trouble`)!, invalid ? trouble : '');
    isTold ||= invalid;
  }
  return isTold;
}

/** A text that is written anew is read out anew. */
function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
