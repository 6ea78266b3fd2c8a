import { joinBase } from './join-base.ts';

/** An address on this site, wherever it is published: `to('/blog/')`. */
export function to(address: string): string {
  const base = import.meta.env.BASE_URL;
  return joinBase(base.endsWith('/') ? base : `${base}/`, address);
}
