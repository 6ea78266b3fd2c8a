/* Packs the MNIST digits that the demo learns from, where that has not been done: before each build. */
import { packDigits } from '../lib/demos/digits/pack.ts';

const written = await packDigits();
if (written.length > 0) console.log(`Packed the digits: ${written.join(', ')}.`);
