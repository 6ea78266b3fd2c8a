import type { LogEntry } from './log-entry.ts';
import type { PythonNumber } from './python-number.ts';
import type { Phase } from './trainer-error.ts';

/** What that Trainer would do. */
export interface TrainerPlan {
  readonly error: null;
  readonly computed: {
    readonly max_steps: number;
    readonly num_train_epochs: PythonNumber;
    readonly logging_steps: number;
    readonly eval_steps: number;
    readonly save_steps: number;
  };
  /** In order: `log:train@3`, `log:eval@3`, `evaluate@3`, `save@3`, `log:final@7`, `load_best_model@7`. */
  readonly flow: readonly string[];
  readonly log_history: readonly LogEntry[];
  readonly checkpoints_final: readonly string[];
  readonly final_state: {
    readonly global_step: number;
    readonly epoch: number;
    readonly best_metric: PythonNumber | null;
    readonly best_global_step: number | null;
    readonly best_model_checkpoint: string | null;
  };
  readonly loaded_best_model: string | null;
  readonly early_stopping_counter: number | null;
}

/** What that Trainer would refuse, by its exception. */
export interface TrainerRefusal {
  readonly error: { readonly phase: Phase; readonly type: string };
  /** Why, in our words. */
  readonly message: string;
}
