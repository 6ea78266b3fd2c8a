/** Text for a place between tags or within a quoted attribute. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A number in as few characters as a picture needs. */
export function short(value: number, decimals = 2): string {
  return String(Number(value.toFixed(decimals)));
}

/** A part from 0 to 1 as a place across the picture. */
export function across(part: number): string {
  return `${short(part * 100)}%`;
}
