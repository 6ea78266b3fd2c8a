import { embedOptions } from './embed-options.ts';

/*
 * The script of an embedded demo: takes the options from the address before anything can run. What does not hold is
 * shown as text in the demo's place.
 */
const main = document.querySelector<HTMLElement>('[data-embed]')!;
const element = main.querySelector('training-run')!;
try {
  for (const [name, text] of embedOptions(main.dataset.embed!, location.search)) {
    // minimumStepTime is minimum-step-time in HTML.
    const attribute = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (element.getAttribute(attribute) !== text) element.setAttribute(attribute, text);
  }
} catch (error) {
  const message = document.createElement('p');
  message.setAttribute('role', 'alert');
  message.textContent = error instanceof Error ? error.message : String(error);
  main.querySelector('figure')!.replaceWith(message);
}
