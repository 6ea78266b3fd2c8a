import { createCssVariablesTheme } from 'shiki';

/** Code in the colours of the design tokens: `--code-token-keyword` and the rest stand in tokens.css. */
export const codeTheme = createCssVariablesTheme({ name: 'wallclock', variablePrefix: '--code-' });
