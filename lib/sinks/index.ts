/**
 * Where events go: a file of JSON, a line in a terminal, a summary.
 *
 * @module
 */

export { type JsonlFile, type JsonlFileOptions, jsonlFile } from './jsonl-file.ts';
export { type Progress, type ProgressOptions, type Terminal, terminalProgress } from './progress.ts';
export { runSummary, type Summary } from './summary.ts';
