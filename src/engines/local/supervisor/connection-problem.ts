import { problemOf } from '../../../lib/fault.ts';
import type { Message } from '../../../texts/catalogue.ts';

/** Why nothing could be asked at an address. What is common has words of its own, the rest the system's. */
export function connectionProblem(error: Error, at: { readonly address: string; readonly port: number }): Message {
  // A stream that was cancelled tells of its connection.
  const first = error.cause instanceof Error ? error.cause : error;
  const isRefused = 'code' in first && first.code === 'ECONNREFUSED';
  return isRefused ? { key: 'happening.refused', params: { address: `${at.address}:${at.port}` } } : problemOf(first);
}
