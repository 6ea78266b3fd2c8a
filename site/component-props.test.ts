import { expect, test } from 'vitest';
import { componentProps } from './component-props.ts';

test('what Astro adds is left out', () => {
  const props = { demo: 'spirals', 'data-astro-cid-x': true, 'data-where': 'content/x.mdx, line 3' };
  expect(componentProps(props, ['demo', 'log'], 'here')).toEqual({ demo: 'spirals' });
});

test('a property that is not there is refused, with those that are', () => {
  expect(() =>
    componentProps({ demo: 'spirals', lgo: '5m' }, ['demo', 'log'], 'x.mdx, line 3: <Demo>'),
  ).toThrow("x.mdx, line 3: <Demo>: expected only demo, log, got 'lgo'. Did you mean 'log'?");
  expect(() => componentProps({ demo: 'spirals', title: 'x' }, ['demo'], 'here')).toThrow(
    "here: expected only demo, got 'title'. Remove 'title'.",
  );
});
