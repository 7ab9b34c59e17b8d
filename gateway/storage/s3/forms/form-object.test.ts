import { describe, expect, test } from 'vitest';
import { headersOfForm } from './form-object.ts';

const asHeaders = (name: string, value: string) => headersOfForm(new Map([[name, value]]));

describe('what a form says of its object', () => {
  test('is kept as the bytes of headers', () => {
    expect(asHeaders('x-amz-meta-city', 'Köln')).toEqual({ 'x-amz-meta-city': 'KÃ¶ln' });
    expect(asHeaders('content-type', 'text/plain')).toEqual({ 'content-type': 'text/plain' });
  });

  // Kept, each would make every later GET of the object fail, or speak in headers of its own.
  test.each([
    ['a name with a space', 'x-amz-meta-a b', 'v'],
    ['a name with a line break', 'x-amz-meta-a\r\nset-cookie: b', 'v'],
    ['a name beyond ASCII', 'x-amz-meta-ü', 'v'],
    ['a value with a line break', 'x-amz-meta-a', 'v\r\nset-cookie: b'],
    ['a content type with a line break', 'content-type', 'text/plain\nset-cookie: b'],
    ['a redirect with a NUL', 'x-amz-website-redirect-location', '/a\0b'],
  ])('is refused where no header could say it: %s', (_what, name, value) => {
    expect(() => asHeaders(name, value)).toThrow(expect.objectContaining({ code: 'InvalidArgument' }));
  });
});
