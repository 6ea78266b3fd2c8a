import { type Plan, plan } from 'wallclock/plan';
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
 * The script of the planner's page: plans anew whenever a field changes, and keeps the address in step with the fields.
 * What the page shows at first was planned at build.
 */
const form = document.querySelector<HTMLFormElement>('[data-planner]')!;
const shown = document.querySelector<HTMLElement>('[data-plan]')!;
const file = document.querySelector<HTMLElement>('[data-plan-file]')!;
const status = document.querySelector<HTMLElement>('[data-status]')!;
const before = document.querySelector<HTMLElement>('[data-before]')!;
const told = form.querySelector<HTMLElement>('[data-told]')!;
const presets = [...form.querySelectorAll<HTMLButtonElement>('button[data-step]')];
let newest = 0;

const input = (name: FieldName) => form.elements.namedItem(name) as HTMLInputElement;

function texts(): PlanTexts {
  return Object.fromEntries(FIELD_NAMES.map((name) => [name, input(name).value])) as PlanTexts;
}

function fill(values: Partial<PlanTexts>): void {
  for (const name of FIELD_NAMES) if (values[name] !== undefined) input(name).value = values[name];
}

/** @param strict whether a field that does not hold is told so: not in the midst of a word. */
async function update(strict: boolean): Promise<void> {
  const current = ++newest;
  const now = texts();
  for (const preset of presets)
    preset.setAttribute('aria-pressed', String(preset.dataset.step === now.step.trim()));
  const read = readPlanForm(now);
  let troubles = 'troubles' in read ? read.troubles : new Map<FieldName, string>();
  let general = '';
  let planned: Plan | undefined;
  if ('input' in read) {
    try {
      planned = await plan(read.input, MOST);
    } catch (error) {
      const trouble = troubleOf(error);
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
  setText(file, planJson(read.input));
  setText(status, shown.querySelector('.says')!.textContent);
  history.replaceState(history.state, '', `${location.pathname}${planQuery(now)}${location.hash}`);
}

/**
 * A trouble that is over is taken back at once; a new one is told when its field is left.
 *
 * @returns whether there is one that is told.
 */
function tell(troubles: ReadonlyMap<FieldName, string>, strict: boolean): boolean {
  let isTold = false;
  for (const name of FIELD_NAMES) {
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

form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('input', () => update(false));
form.addEventListener('change', () => update(true));
form.addEventListener('click', ({ target }) => {
  const preset = (target as Element).closest<HTMLButtonElement>('button[data-step]');
  if (!preset) return;
  fill({ step: preset.dataset.step! });
  update(true);
});

const { texts: asked, unknown } = readPlanQuery(location.search);
// A browser that comes back to the page may have filled the fields itself: the address counts.
fill(asked);
if (location.search !== '') {
  await update(true);
  const names = unknown.map((name) => `'${name}'`).join(', ');
  if (names !== '') setText(told, `The address asks for ${names}, and the planner has no such field.`);
}
