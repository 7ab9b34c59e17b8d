/** Which rule of a bucket a page's request falls under (S3 User Guide, "Elements of a CORS configuration"). Pure. */
import type { BucketSettings } from '../../../../common/filesystem/index.ts';

type CorsRule = BucketSettings['cors'][number];
type HeaderList = [name: string, value: string][];

export interface CorsRequest {
  origin: string;
  /** Of the request itself, or the one that a preflight asks about. */
  method: string;
  /** That a preflight asks about; lower case. */
  headers: readonly string[];
}

/** The first rule that allows it. */
export function findCorsRule(rules: readonly CorsRule[], request: CorsRequest): CorsRule | undefined {
  return rules.find(
    (rule) =>
      rule.allowedOrigins.some((pattern) => fits(pattern, request.origin)) &&
      rule.allowedMethods.some((method) => method === request.method) &&
      request.headers.every((header) => rule.allowedHeaders.some((pattern) => fits(pattern.toLowerCase(), header))),
  );
}

/** What an answer to the page says. */
export function corsAnswer(rule: CorsRule, request: CorsRequest, isPreflight: boolean): HeaderList {
  const isForAll = rule.allowedOrigins.includes('*');
  const headers: HeaderList = [
    ['access-control-allow-origin', isForAll ? '*' : request.origin],
    ['access-control-allow-methods', rule.allowedMethods.join(', ')],
    ['vary', 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method'],
  ];
  if (!isForAll) headers.push(['access-control-allow-credentials', 'true']);
  if (rule.exposeHeaders.length > 0) headers.push(['access-control-expose-headers', rule.exposeHeaders.join(', ')]);
  if (rule.maxAgeSeconds !== undefined) headers.push(['access-control-max-age', String(rule.maxAgeSeconds)]);
  if (isPreflight && request.headers.length > 0) {
    headers.push(['access-control-allow-headers', request.headers.join(', ')]);
  }
  return headers;
}

/** One `*` stands for any text. */
function fits(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === text;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= head.length + tail.length && text.startsWith(head) && text.endsWith(tail);
}
