/*
 * One measurement by its name, with its own options: `npm run bench -- peers --backend wasm`.
 */
const MEASUREMENTS: { readonly [name: string]: () => Promise<unknown> } = {
  peers: () => import('./train-against-peers.ts'),
  beside: () => import('./step-beside-step.ts'),
  deciding: () => import('./overhead-of-deciding.ts'),
  agreeing: () => import('./cost-of-agreeing.ts'),
  agreement: () => import('./training-together.ts'),
  growing: () => import('./growing-runs.ts'),
  weights: () => import('./page-weights.ts'),
  live: () => import('./live-demo.ts'),
  checkpoints: () => import('./checkpoints.ts'),
  saving: () => import('./cost-of-saving.ts'),
  bundle: () => import('./bundle-size.ts'),
};

const [name = ''] = process.argv.splice(2, 1);
const measure = MEASUREMENTS[name];
if (measure) {
  await measure();
} else {
  console.error(
    `Expected one of ${Object.keys(MEASUREMENTS).join(', ')}, got '${name}'. See bench/README.md.`,
  );
  process.exitCode = 2;
}
