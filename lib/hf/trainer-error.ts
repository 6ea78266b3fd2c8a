/** Where that library refuses something. */
export type Phase = 'TrainingArguments' | 'Trainer.__init__' | 'train';

/** What Hugging Face's Trainer would raise, by the name of its class in Python. */
export class TrainerError extends Error {
  /** Whether the arguments were refused, or the training. */
  readonly phase: Phase;
  /** The Python exception: `ValueError`. */
  readonly type: string;

  constructor(phase: Phase, type: string, message: string) {
    super(message);
    this.name = 'TrainerError';
    this.phase = phase;
    this.type = type;
  }
}
