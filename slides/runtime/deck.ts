import 'wallclock/element';
import Reveal from 'reveal.js';
import { AWAY, type DemoEvent, type DemoLife, live, type Phase } from './demo-life.ts';

/** The part of a `<training-run>` that a deck uses. */
interface Demo extends HTMLElement {
  readonly phase: Phase;
  run(): void;
  pause(): void;
  continue(): void;
}

/** Up to here a slide cannot be read: the same content is a page to scroll. As in slides/styles/page.css. */
const NARROW = '(max-width: 700px)';
const KEY_R = 82;
/** Milliseconds after which a pointer rests. */
const RESTS = 2500;

const root = document.querySelector<HTMLElement>('.reveal')!;

// Reveal lets the address override its configuration, down to showing what is not meant for the audience.
const { pathname, hash, search } = location;
const reading = new URLSearchParams(search).has('read') || matchMedia(NARROW).matches;
if (search && !reading) history.replaceState(null, '', pathname + hash);

if (reading) {
  document.documentElement.classList.add('reading');
  // A deck's address names a slide by its number: who was sent it is to see that one.
  const [, slide] = /^#\/(\d+)/.exec(hash) ?? [];
  if (slide) root.querySelectorAll('.slides > section')[Number(slide)]?.scrollIntoView();
} else {
  // With `print-pdf` Reveal leaves paper to styles/paper.css: its own styles would print the slides as running text.
  document.documentElement.classList.add('presenting', 'print-pdf');
  const deck = new Reveal(root, {
    ...{ width: 1280, height: 720, margin: 0, maxScale: 8, display: 'flex', center: false },
    ...{ hash: true, fragmentInURL: false, slideNumber: 'c/t', controlsTutorial: false },
    ...{ transition: 'none', backgroundTransition: 'none', viewDistance: 2 },
    // Any page could send messages; a phone gets the page to scroll; and a demo must never come alive in a clone.
    ...{ postMessage: false, scrollActivationWidth: 0, preloadIframes: false, help: false },
    keyboard: { [KEY_R]: () => tellAll('key') },
  });

  const lives = new Map<Demo, DemoLife>();
  for (const demo of root.querySelectorAll<Demo>('training-run')) {
    lives.set(demo, AWAY);
    demo.addEventListener('phasechange', () => tell(demo, 'phase'));
  }

  function tell(demo: Demo, event: DemoEvent): void {
    const { life, command } = live(lives.get(demo)!, event, demo.phase);
    lives.set(demo, life);
    if (command) demo[command]();
    // Once it has been started, by hand or before, the step that would start it is done: the next press moves on.
    if (life.present && demo.phase !== 'recorded' && nextStep()) deck.nextFragment();
  }

  /** The step of the current slide that starts its demo, while it has not been made. */
  function nextStep(): Element | null | undefined {
    return deck.getCurrentSlide()?.querySelector('[data-run]:not(.visible)');
  }

  /** The presenter's key: only the demo that is present hears it. */
  function tellAll(event: DemoEvent): void {
    for (const demo of lives.keys()) tell(demo, event);
  }

  /** The audience sees a slide, or none while the overview is open, the screen is black or the deck is printed. */
  function show(prints = false): void {
    const slide = prints || deck.isOverview() || deck.isPaused() ? undefined : deck.getCurrentSlide();
    for (const [demo, { present }] of lives) {
      const shown = slide?.contains(demo) ?? false;
      if (shown !== present) tell(demo, shown ? 'enter' : 'leave');
    }
  }

  // Nobody points at slides while they talk: what the pointer is for comes with it, and goes.
  let rests: ReturnType<typeof setTimeout> | undefined;
  addEventListener('pointermove', () => {
    document.documentElement.classList.add('pointing');
    clearTimeout(rests);
    rests = setTimeout(() => document.documentElement.classList.remove('pointing'), RESTS);
  });

  const looks = ['slidechanged', 'overviewshown', 'overviewhidden', 'paused', 'resumed'] as const;
  for (const look of looks) deck.on(look, () => show());
  // What is printed holds still.
  addEventListener('beforeprint', () => show(true));
  addEventListener('afterprint', () => show());
  deck.on('fragmentshown', (event) => {
    const { fragment } = event as unknown as { fragment: HTMLElement };
    if (!('run' in fragment.dataset)) return;
    for (const demo of lives.keys()) if (deck.getCurrentSlide()?.contains(demo)) tell(demo, 'step');
  });
  // Nothing is seen of the step that starts a demo, so going back does not stop at it.
  deck.on('fragmenthidden', (event) => {
    const { fragment } = event as unknown as { fragment: HTMLElement };
    if ('run' in fragment.dataset && deck.getCurrentSlide()?.contains(fragment)) deck.prev();
  });

  await deck.initialize();
  // It would keep screen readers from reading the slides.
  root.removeAttribute('role');
  show();
}
