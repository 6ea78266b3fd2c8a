import type { Demo } from './demo.ts';
import { digits } from './digits/demo.ts';
import { spirals } from './spirals/demo.ts';

/** Every demo there is, in the order of the gallery. */
export const DEMOS: readonly Demo[] = [spirals, digits];
