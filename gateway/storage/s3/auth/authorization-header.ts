/** `Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`. */

export const ALGORITHM = 'AWS4-HMAC-SHA256';

export interface AuthorizationHeader {
  credential: string;
  /** Lower case, in order. */
  signedHeaders: string[];
  /** Lower-case hex. */
  signature: string;
}

/** The header's parts, or why it has none, in S3's words. */
export function parseAuthorizationHeader(header: string): AuthorizationHeader | { problem: string } {
  const fields = new Map<string, string>();
  for (const field of header.slice(ALGORITHM.length).split(',')) {
    const equals = field.indexOf('=');
    if (equals < 0) return { problem: `The provided AuthHeader is malformed: "${field.trim()}" is no component.` };
    const name = field.slice(0, equals).trim();
    if (fields.has(name)) return { problem: `The authorization header contains "${name}" more than once.` };
    fields.set(name, field.slice(equals + 1).trim());
  }
  const [credential, signedHeaders, signature] = ['Credential', 'SignedHeaders', 'Signature'].map((name) =>
    fields.get(name),
  );
  if (!credential) return { problem: 'The authorization header requires three components: Credential is missing.' };
  if (!signedHeaders)
    return { problem: 'The authorization header requires three components: SignedHeaders is missing.' };
  if (!signature) return { problem: 'The authorization header requires three components: Signature is missing.' };
  return { credential, signedHeaders: parseSignedHeaders(signedHeaders), signature: signature.toLowerCase() };
}

export function parseSignedHeaders(text: string): string[] {
  return text
    .toLowerCase()
    .split(';')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .sort();
}
