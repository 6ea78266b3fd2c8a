/** The switches by which that Trainer's callbacks tell it what to do. Each stays set until something clears it. */
export interface Control {
  readonly should_training_stop: boolean;
  readonly should_epoch_stop: boolean;
  readonly should_save: boolean;
  readonly should_evaluate: boolean;
  readonly should_log: boolean;
}

/** The name of a flag. */
export type Flag = keyof Control;

export const NO_FLAGS: Control = {
  should_training_stop: false,
  should_epoch_stop: false,
  should_save: false,
  should_evaluate: false,
  should_log: false,
};

export const FLAGS = Object.keys(NO_FLAGS) as readonly Flag[];

/** What happens in a Trainer, and what its callbacks hear. */
export const CALLBACK_EVENTS = [
  'train_begin',
  'epoch_begin',
  'step_begin',
  'substep_end',
  'pre_optimizer_step',
  'optimizer_step',
  'step_end',
  'epoch_end',
  'log',
  'evaluate',
  'save',
  'train_end',
] as const;

/** The name of an event that a callback hears of. */
export type CallbackEvent = (typeof CALLBACK_EVENTS)[number];

/** Which flags an event clears before its callbacks hear of it. */
export const CLEARED: { readonly [event in CallbackEvent]: readonly Flag[] } = {
  train_begin: ['should_training_stop'],
  epoch_begin: ['should_epoch_stop'],
  step_begin: ['should_save', 'should_evaluate', 'should_log'],
  substep_end: [],
  pre_optimizer_step: [],
  optimizer_step: [],
  step_end: [],
  epoch_end: [],
  log: ['should_log'],
  evaluate: ['should_evaluate'],
  save: ['should_save'],
  train_end: [],
};

/** A user's callback: at this event of this step, it sets flags. */
export interface Injection {
  /** At which event. */
  readonly event: CallbackEvent;
  /** At which step. */
  readonly step: number;
  /** Which flags. */
  readonly set: readonly Flag[];
}

/** The flags with some of them set, or cleared. */
export function withFlags(control: Control, flags: readonly Flag[], to: boolean): Control {
  return flags.length === 0
    ? control
    : { ...control, ...Object.fromEntries(flags.map((flag) => [flag, to])) };
}
