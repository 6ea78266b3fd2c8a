/**
 * Several workers that train together do the same things on the same steps: one decides, the others follow.
 *
 * @module
 */

export { Agreement, type AgreementPort, type Word } from '../core/agreement.ts';
export { AgreementHub } from './agreement-hub.ts';
export { type AgreementOverOptions, agreementOver } from './agreement-over.ts';
export type { Channel } from './message.ts';
