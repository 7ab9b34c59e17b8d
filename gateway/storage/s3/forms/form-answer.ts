/** What a browser gets that posted a form (S3 API Reference, "POST Object", "success_action_redirect", "success_action_status"). */
import type { OutgoingHttpHeaders } from 'node:http';
import { answerEmpty, answerXml } from '../answer.ts';
import type { S3Request } from '../s3-request.ts';
import { element } from '../xml/index.ts';

export interface PostedObject {
  bucket: string;
  key: string;
  etag: string;
  /** Its URL. */
  location: string;
  headers: OutgoingHttpHeaders;
}

export function answerForm(
  request: S3Request,
  fields: ReadonlyMap<string, string>,
  { bucket, key, etag, location, headers }: PostedObject,
): Promise<void> {
  const quoted = `"${etag}"`;
  const redirect = redirectUrl(fields, { bucket, key, etag: quoted });
  if (redirect !== undefined) return answerEmpty(request, { status: 303, headers: { ...headers, location: redirect } });
  const stored = { ...headers, location };
  switch (fields.get('success_action_status')) {
    case '200':
      return answerEmpty(request, { status: 200, headers: stored });
    case '201':
      return answerXml(
        request,
        'PostResponse',
        [element('Location', location), element('Bucket', bucket), element('Key', key), element('ETag', quoted)],
        { status: 201, headers: stored },
      );
    default:
      return answerEmpty(request, { status: 204, headers: stored });
  }
}

/** Undefined when none is wanted; what is no URL counts as none, as in S3. */
export function redirectUrl(
  fields: ReadonlyMap<string, string>,
  parameters: Record<string, string>,
): string | undefined {
  const wanted = fields.get('success_action_redirect') ?? fields.get('redirect') ?? '';
  if (!/^https?:\/\//i.test(wanted) || !URL.canParse(wanted)) return undefined;
  const url = new URL(wanted);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.append(name, value);
  return url.href;
}
