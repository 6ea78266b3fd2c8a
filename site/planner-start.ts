/*
 * What the planner's page starts with: the engine comes when somebody turns to a field, or an address asks for a plan.
 * Until then the page shows what was planned at build.
 */
const planner = document.querySelector<HTMLElement>('.planner')!;
const form = planner.querySelector<HTMLFormElement>('[data-planner]')!;
let engine: Promise<typeof import('./planner.ts')> | undefined;

async function load() {
  try {
    engine ??= import('./planner.ts');
    return await engine;
  } catch (error) {
    engine = undefined;
    planner.querySelector('[data-told]')!.textContent =
      'The planner could not be loaded. Change a field to try again.';
    throw error;
  }
}

// A browser that comes back to the page may have filled the fields itself: the address counts.
form.reset();
planner.querySelector<HTMLTextAreaElement>('textarea')!.readOnly = false;
form.addEventListener('submit', (event) => event.preventDefault());
for (const type of ['focusin', 'input', 'change', 'click']) {
  planner.addEventListener(type, async (event) => (await load()).respond(event));
}
if (location.search !== '') load().then(({ openAddress }) => openAddress(location.search));
