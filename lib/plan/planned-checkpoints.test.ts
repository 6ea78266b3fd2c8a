import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Retention } from '../core/retention.ts';
import { PlannedCheckpoints } from './planned-checkpoints.ts';

const count = fc.integer({ min: 1, max: 4 });

test('leaves what training leaves, whatever is saved under whatever rules', () => {
  // As a strategy is read: each rule has its key, also where it is not given.
  const given = <T>(rule: fc.Arbitrary<T>) => fc.option(rule, { nil: undefined });
  const every = fc.integer({ min: 1, max: 9 });
  const rules = fc.record({ latest: given(count), best: given(count), every: given(every) });
  const saves = fc.array(fc.record({ after: fc.nat(5), metric: fc.option(fc.nat(6), { nil: undefined }) }));
  fc.assert(
    fc.property(rules, fc.boolean(), fc.boolean(), saves, (keep, tracked, greaterIsBetter, saves) => {
      fc.pre(tracked || keep.best === undefined);
      const best = tracked ? { greaterIsBetter } : undefined;
      const planned = new PlannedCheckpoints(keep, best);
      const trained = new Retention(keep, best);
      let elapsed = 0;
      for (const [index, { after, metric }] of saves.entries()) {
        elapsed += after;
        const name = `checkpoint-${index}`;
        const checkpoint = { name, elapsed, ...(tracked && metric !== undefined && { metric }) };
        const kept = planned.add({ ...checkpoint, step: index });
        trained.add(checkpoint);
        trained.remove(trained.surplus());
        const names = trained.checkpoints.map((checkpoint) => checkpoint.name);
        expect(planned.names).toEqual(names);
        expect(kept).toBe(names.includes(name));
      }
    }),
  );
});

test('the only one is kept, whatever the rules say', () => {
  const planned = new PlannedCheckpoints({ best: 1 }, { greaterIsBetter: true });
  expect(planned.add({ name: 'checkpoint-1', step: 1, elapsed: 1 })).toBe(true);
  expect(planned.add({ name: 'checkpoint-2', step: 2, elapsed: 2 })).toBe(true);
  expect(planned.names).toEqual(['checkpoint-2']);
});
