export { type JsonlFile, type JsonlFileOptions, jsonlFile } from './jsonl-file.ts';
export { type Progress, type ProgressOptions, type Terminal, terminalProgress } from './progress.ts';
export { runSummary, type Summary } from './summary.ts';
