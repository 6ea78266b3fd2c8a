import { expect, test } from 'vitest';
import { embedOptions } from './embed-options.ts';

test('options come from the address, and those that are not there stay the demo’s own', () => {
  expect(Object.fromEntries(embedOptions('spirals', '?log=1s&save=off&seed=007'))).toEqual({
    demo: 'spirals',
    log: '1s',
    save: 'off',
    seed: '7',
  });
  expect(Object.fromEntries(embedOptions('spirals', ''))).toEqual({ demo: 'spirals' });
});

test.each([
  'utm_source=x&utm_medium=y',
  'fbclid=x',
  'gclid=x&gclid=y',
  'ref=x',
  '__proto__=x',
  'constructor=x',
])('what others add to an address is passed over: %s', (added) => {
  expect(Object.fromEntries(embedOptions('spirals', `?log=1s&${added}`))).toEqual({
    demo: 'spirals',
    log: '1s',
  });
});

test.each([
  ['?log=5 minuets', "address.log: expected an interval, got '5 minuets'. Did you mean '5m'?"],
  ['?logs=5m', "got 'logs'. Did you mean 'log'?"],
  ['?maxtime=5m', "got 'maxtime'. Did you mean 'maxTime'?"],
  ['?evalute=5m', "got 'evalute'. Did you mean 'evaluate'?"],
  ['?seed=-1', "address: seed: expected a whole number from 0, got '-1'"],
  ['?seed=', "address: seed: expected a whole number from 0, got ''"],
  ['?minimumStepTime=1e9', "address: minimumStepTime: expected milliseconds, 0 or more, got '1e9'"],
  ['?store=../x', "got '../x'"],
  ['?backend=<img src=x onerror=alert(1)>', "got '<img src=x onerror=alert(1)>'"],
  ['?demo=digits', 'got ["digits","spirals"]'],
  ['?log=1s&seed=2&log=2s', 'got ["1s","2s"]'],
])('%s is refused', (query, message) => {
  expect(() => embedOptions('spirals', query)).toThrow(message);
});
