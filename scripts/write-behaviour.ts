/*
 * Writes what the engine makes of each case of its behaviour, for ports to check themselves against: `npm run behaviour`.
 */
import { writeFileSync } from 'node:fs';
import { behaviour } from '../lib/testing/behaviour.ts';

const { version, cases } = await behaviour();
const lines = cases.map((one) => `  ${JSON.stringify(one)}`).join(',\n');
const file = new URL('../lib/schema/behaviour.json', import.meta.url);
writeFileSync(file, `{"version": ${version}, "cases": [\n${lines}\n]}\n`);
console.log(`${cases.length} cases.`);
