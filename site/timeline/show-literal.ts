/** A value of plain data as its author would write it in TypeScript, on one line. */
export function showLiteral(value: unknown): string {
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  if (Array.isArray(value)) return `[${value.map(showLiteral).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = Object.entries(value).map(([key, part]) => `${key}: ${showLiteral(part)}`);
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}
