/** Short words for what routes say again and again in their OpenAPI definitions. */
import { z } from '@hono/zod-openapi';
import { PROBLEM_CONTENT_TYPE } from '../../common/errors/index.ts';

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.record(z.string(), z.string()).optional(),
    requestId: z.string().optional(),
    retryAfterSeconds: z.number().optional(),
  })
  .openapi('Problem', { description: 'RFC 9457 problem details.' });

/** Every error a route answers, whatever its status, is a problem; add to a route's `responses`. */
export const problems = {
  default: { description: 'A problem', content: { [PROBLEM_CONTENT_TYPE]: { schema: problemSchema } } },
};

export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } };
}

export function jsonAnswer<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } };
}
