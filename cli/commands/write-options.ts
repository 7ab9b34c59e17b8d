/** What commands that write objects have in common. */
import type { OptionDefinitions, OptionValues } from '../command/command.ts';

/** Enough to fill a home's uplink; more only compete. */
export const PARALLEL_TRANSFERS = 4;

export const WRITE_OPTIONS = {
  'no-clobber': { type: 'boolean', description: 'replace nothing: exit code 5 when there is an object already' },
  'if-match': {
    type: 'string',
    value: 'ETAG',
    description: 'replace only the version with this ETag: exit code 5 when it has changed',
  },
} as const satisfies OptionDefinitions;

/** RFC 9110 §13. */
export function preconditionHeaders(values: OptionValues<typeof WRITE_OPTIONS>): Record<string, string> {
  const etag = values['if-match']?.replace(/^"|"$/g, '');
  return {
    ...(values['no-clobber'] && { 'if-none-match': '*' }),
    ...(etag !== undefined && { 'if-match': etag === '*' ? etag : `"${etag}"` }),
  };
}
