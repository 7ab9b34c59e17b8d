/** A website's errors are pages, for people (S3 User Guide, "Configuring a custom error document"). */
import { STATUS_CODES } from 'node:http';
import type { S3Error } from '../errors/index.ts';
import { escapeXml } from '../xml/index.ts';

export function errorPage(error: S3Error, facts: Readonly<Record<string, string>>): string {
  const title = `${error.status} ${STATUS_CODES[error.status] ?? error.code}`;
  const items = Object.entries({ Code: error.code, Message: error.message, ...facts })
    .map(([name, value]) => `<li>${name}: ${escapeXml(value)}</li>`)
    .join('\n');
  return `<!doctype html>\n<html>\n<head><title>${title}</title></head>\n<body>\n<h1>${title}</h1>\n<ul>\n${items}\n</ul>\n</body>\n</html>\n`;
}
