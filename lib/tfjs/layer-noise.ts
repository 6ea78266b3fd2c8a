import {
  add,
  cast,
  dropout,
  greaterEqual,
  mul,
  randomNormal,
  randomUniform,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { WallclockError } from '../core/errors.ts';
import { seededRandom } from '../core/seeded-random.ts';

/*
 * Layers that draw randomness of their own while a model trains. TensorFlow.js 4.22, whose version is pinned, draws it
 * from `Math.random`, so that no checkpoint could hold where it stands; and a Dropout that is made with a seed draws the
 * same mask at every step. Here each draw has a seed made of the run's seed, the step, the layer and the draw's number:
 * a resumed run needs no more than its step. A layer is as it was before and after each step.
 */

/** A seed for the next draw: whole and at least 1, because TensorFlow.js takes 0 for none. */
type Draw = () => number;

/** Turns a layer's draws into seeded ones. @returns what turns them back. */
type Seeding = (draw: Draw) => () => void;

/** What is used of a layer or a cell, beside the fields of its class. */
interface AnyLayer {
  readonly name: string;
  getClassName(): string;
  inboundNodes: unknown;
  [field: string]: unknown;
}

/** The random layers of a model, seeded for each step. */
export class LayerNoise {
  readonly #seed: number;
  readonly #seedings: readonly Seeding[];
  #undo: (() => void)[] = [];

  constructor(model: LayersModel, seed: number) {
    this.#seed = seed;
    this.#seedings = layersOf(model).flatMap(seedingsOf);
  }

  /** Until `leave()`, what the layers draw depends on the seed and on this step alone. */
  enter(step: number): void {
    if (this.#seedings.length === 0) return;
    this.leave();
    const stepSeed = mixed(this.#seed, step);
    this.#undo = this.#seedings.map((seeding, index) => {
      const layerSeed = mixed(stepSeed, index);
      let draws = 0;
      return seeding(() => 1 + Math.floor(mixed(layerSeed, draws++) / 2));
    });
  }

  /** The layers are as they were. */
  leave(): void {
    for (const undo of this.#undo) undo();
    this.#undo = [];
  }
}

/**
 * @throws {WallclockError} where a layer holds what a checkpoint does not, so that no resumed run could end as one that
 *   was not interrupted.
 */
export function checkRepeats(model: LayersModel, where: string): void {
  for (const layer of layersOf(model)) {
    const trouble = troubleWith(layer);
    if (!trouble) continue;
    throw new WallclockError({
      where: `${where}: model, layer '${layer.name}'`,
      expected: 'a layer that can go on from a checkpoint as if nothing had happened',
      ...trouble,
    });
  }
}

function seedingsOf(layer: AnyLayer): Seeding[] {
  switch (layer.getClassName()) {
    case 'Dropout':
    case 'SpatialDropout1D':
      return layer.seed === undefined && isRate(layer.rate) ? [(draw) => seedDropout(layer, draw)] : [];
    case 'GaussianNoise':
      return layer.stddev === 0 ? [] : [(draw) => replaceCall(layer, gaussianNoise(layer, draw))];
    case 'GaussianDropout':
      return isRate(layer.rate) ? [(draw) => replaceCall(layer, gaussianDropout(layer, draw))] : [];
    case 'AlphaDropout':
      return isRate(layer.rate) ? [(draw) => replaceCall(layer, alphaDropout(layer, draw))] : [];
    case 'SimpleRNNCell':
    case 'GRUCell':
    case 'LSTMCell':
    case 'ConvLSTM2DCell':
      return drops(layer) && layer.dropoutFunc == null ? [(draw) => seedCell(layer, draw)] : [];
    default:
      return [];
  }
}

function troubleWith(layer: AnyLayer): { got: string; fix: string } | undefined {
  const type = layer.getClassName();
  if (layer.stateful === true && 'cell' in layer) {
    const fix = 'Make it with stateful: false, or save nothing.';
    return { got: `a stateful ${type}, whose state is none of the weights`, fix };
  }
  // These layers draw the masks of their cells once, and keep them from then on.
  if (type === 'RNN' && [layer.cell, ...arrayOf((layer.cell as AnyLayer).cells)].some(drops)) {
    const fix = 'Use tf.layers.simpleRNN, gru or lstm, which draw anew at each step, or save nothing.';
    return { got: 'an RNN of cells with dropout, which keeps what it has drawn', fix };
  }
  return undefined;
}

/** The property is read once for each draw. */
function seedDropout(layer: AnyLayer, draw: Draw): () => void {
  Object.defineProperty(layer, 'seed', { configurable: true, enumerable: true, get: draw });
  return () => {
    Object.defineProperty(layer, 'seed', {
      configurable: true,
      enumerable: true,
      writable: true,
      value: undefined,
    });
  };
}

function seedCell(cell: AnyLayer, draw: Draw): () => void {
  const { dropoutFunc } = cell;
  cell.dropoutFunc = (x: Tensor, rate: number) => dropout(x, rate, undefined, draw());
  return () => {
    cell.dropoutFunc = dropoutFunc;
  };
}

/** These layers leave no place for a seed: while training, they compute with a call of ours. */
function replaceCall(layer: AnyLayer, noisy: (input: Tensor) => Tensor): () => void {
  const call = layer.call as (inputs: Tensor | Tensor[], options: { training?: boolean }) => Tensor;
  layer.call = (inputs: Tensor | Tensor[], options: { training?: boolean }) => {
    if (!options.training) return call.call(layer, inputs, options);
    return tidy(() => noisy(Array.isArray(inputs) ? inputs[0]! : inputs));
  };
  return () => {
    // What the class has comes to light again.
    delete layer.call;
  };
}

function gaussianNoise({ stddev }: AnyLayer, draw: Draw) {
  return (input: Tensor) => add(randomNormal(input.shape, 0, stddev as number, 'float32', draw()), input);
}

function gaussianDropout(layer: AnyLayer, draw: Draw) {
  const rate = layer.rate as number;
  const deviation = Math.sqrt(rate / (1 - rate));
  return (input: Tensor) => mul(input, randomNormal(input.shape, 1, deviation, 'float32', draw()));
}

/** As TensorFlow.js computes it, where what is dropped has the other sign than in its paper (arXiv:1706.02515). */
function alphaDropout(layer: AnyLayer, draw: Draw) {
  const rate = layer.rate as number;
  const saturated = -1.6732632423543772 * 1.0507009873554805;
  const scale = ((1 - rate) * (1 + rate * saturated ** 2)) ** -0.5;
  return (input: Tensor) => {
    const shape = (layer.noiseShape as number[] | undefined) ?? input.shape;
    const kept = cast(greaterEqual(randomUniform(shape, 0, 1, 'float32', draw()), rate), 'float32');
    const dropped = add(mul(input, kept), mul(add(kept, -1), saturated));
    return add(mul(dropped, scale), -scale * saturated * rate);
  };
}

/** A model's layers and cells in an order that is the same in each process, also those that others hold. */
function layersOf(model: LayersModel): AnyLayer[] {
  const found = new Set<AnyLayer>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (isLayer(value) && !found.has(value)) {
      found.add(value);
      Object.values(value).forEach(visit);
    }
  };
  visit(model);
  return [...found];
}

function isLayer(value: unknown): value is AnyLayer {
  const { getClassName, inboundNodes } = (value ?? {}) as Partial<AnyLayer>;
  return typeof getClassName === 'function' && Array.isArray(inboundNodes);
}

function drops(cell: unknown): boolean {
  const { dropout: rate, recurrentDropout } = (cell ?? {}) as { [field: string]: unknown };
  return isRate(rate) || isRate(recurrentDropout);
}

/** Others drop nothing. */
function isRate(rate: unknown): boolean {
  return typeof rate === 'number' && rate > 0 && rate < 1;
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A whole number of 32 bits. */
function mixed(seed: number, stream: number): number {
  return seededRandom(seed, stream)() * 4_294_967_296;
}
