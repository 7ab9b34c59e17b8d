/** How operations answer. Resolves when the answer has been handed over whole. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { RawExchange } from '../../routing/index.ts';
import { type XmlContent, xmlDocument } from './xml/index.ts';

type Answered = { readonly exchange: RawExchange };

export interface AnswerOptions {
  status?: number;
  headers?: OutgoingHttpHeaders;
}

/** A document in S3's namespace. */
export function answerXml(
  request: Answered,
  root: string,
  content: XmlContent,
  options: AnswerOptions = {},
): Promise<void> {
  return answerText(request, 'application/xml', xmlDocument(root, content), options);
}

export function answerText(
  { exchange }: Answered,
  contentType: string,
  text: string,
  { status = 200, headers = {} }: AnswerOptions = {},
): Promise<void> {
  const body = Buffer.from(text, 'utf8');
  const head = { 'content-type': contentType, 'content-length': body.length, ...headers };
  exchange.response.writeHead(status, head);
  return end(exchange, exchange.method === 'HEAD' ? undefined : body);
}

/** 200 unless told otherwise; 204 has no length (RFC 9110 §8.6). */
export function answerEmpty({ exchange }: Answered, { status = 200, headers = {} }: AnswerOptions = {}): Promise<void> {
  const length = status === 204 || status === 304 ? {} : { 'content-length': 0 };
  exchange.response.writeHead(status, { ...length, ...headers });
  return end(exchange, undefined);
}

function end({ response }: RawExchange, body: Buffer | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    response.once('close', () => {
      if (response.writableFinished) resolve();
      else reject(new Error('The client went away.'));
    });
    response.end(body, () => resolve());
  });
}
