import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { S3Error } from '../errors/index.ts';
import {
  boolean,
  element,
  encodeForDecodersOnly,
  integer,
  many,
  maybe,
  node,
  one,
  parseXml,
  readDocument,
  text,
  urlEncodeKey,
  xmlDocument,
} from './index.ts';

const parse = (document: string) => parseXml(Buffer.from(document));
const malformed = expect.objectContaining({ code: 'MalformedXML', status: 400 });

describe('a document that is written', () => {
  test('has its texts escaped, and leaves out what is undefined', () => {
    const markup = xmlDocument('A', [element('B', `<&>"'`), undefined, element('C', 5), element('D')], null);
    expect(markup).toBe(`<?xml version="1.0" encoding="UTF-8"?>\n<A><B>&lt;&amp;&gt;&quot;'</B><C>5</C><D/></A>`);
  });

  test('says control characters by references, as S3 does', () => {
    expect(element('Key', 'a\u0001\r\ufffeb').markup).toBe('<Key>a&#x1;&#xD;&#xFFFE;b</Key>');
  });

  test('reads back as what was written', () => {
    const plain = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((value) => value.isWellFormed());
    fc.assert(
      fc.property(fc.array(plain, { minLength: 1, maxLength: 8 }), (values) => {
        const printable = values.map((value) =>
          value.replaceAll(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ''),
        );
        const document = xmlDocument(
          'List',
          printable.map((value) => element('Item', value)),
        );
        expect(parse(document)).toEqual({ root: 'List', value: { Item: printable } });
      }),
    );
  });
});

describe('a document that is read', () => {
  test.each([
    ['nothing', ''],
    ['blank space', '  \n'],
    ['text', 'hello'],
    ['two roots', '<a/><b/>'],
    ['a tag left open', '<a><b></a>'],
    ['a document cut short', '<a><b>'],
    ['text beside elements', '<a>x<b/></a>'],
    ['a document type', '<!DOCTYPE a><a/>'],
    ['an entity of its own', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
    ['an external entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
    ['an unknown entity', '<a>&nbsp;</a>'],
    ['a processing instruction', '<a><?php x?></a>'],
    ['the same attribute twice', '<a b="1" b="2"/>'],
    ['JSON', '{"a":1}'],
    ['a control character', '<a>\u0001</a>'],
    ['elements too deep', `${'<a>'.repeat(40)}${'</a>'.repeat(40)}`],
    ['too many elements', `<a>${'<b/>'.repeat(100_001)}</a>`],
  ])('is refused when it is %s', (_what, document) => {
    expect(() => parse(document)).toThrow(malformed);
  });

  test('is refused when it is not UTF-8', () => {
    expect(() => parseXml(Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e]))).toThrow(malformed);
  });

  test('may have a byte order mark, a declaration, comments, CDATA and namespaces', () => {
    const document = '\ufeff<?xml version="1.0"?><!-- c --><s:A xmlns:s="x"><s:B><![CDATA[<1>]]></s:B></s:A>';
    expect(parse(document)).toEqual({ root: 'A', value: { B: ['<1>'] } });
  });

  test('takes __proto__ for a name like any other', () => {
    const { value } = parse('<a><__proto__>x</__proto__></a>');
    expect(Object.entries(value)).toEqual([['__proto__', ['x']]]);
    expect(() => readDocument(Buffer.from('<a><__proto__/></a>'), 'a', node({}))).toThrow(malformed);
  });

  test('never fails in another way, whatever it is', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '/',
      '<a>',
      '</a>',
      '<b x="1">',
      '&amp;',
      '&#x41;',
      '&',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '<?xml',
      '?>',
      'text',
      '"',
    );
    const input = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(input, (document) => {
        try {
          parse(document);
        } catch (error) {
          expect(error).toBeInstanceOf(S3Error);
          expect((error as S3Error).code).toBe('MalformedXML');
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a shape', () => {
  const shape = node({
    Name: one(text),
    Size: maybe(integer),
    Quiet: maybe(boolean),
    Tag: many(node({ Key: one(text) })),
  });
  const read = (document: string) => readDocument(Buffer.from(document), 'Doc', shape);

  test('gives children by how often they may come', () => {
    const document =
      '<Doc><Name> a </Name><Size> 7 </Size><Quiet>true</Quiet><Tag><Key>k</Key></Tag><Tag><Key/></Tag></Doc>';
    expect(read(document)).toEqual({ Name: ' a ', Size: 7, Quiet: true, Tag: [{ Key: 'k' }, { Key: '' }] });
  });

  test.each([
    ['a child missing', '<Doc/>'],
    ['a child twice', '<Doc><Name>a</Name><Name>b</Name></Doc>'],
    ['an unknown child', '<Doc><Name>a</Name><Other/></Doc>'],
    ['no number', '<Doc><Name>a</Name><Size>x</Size></Doc>'],
    ['children for text', '<Doc><Name><b/></Name></Doc>'],
    ['text for children', '<Doc><Name>a</Name><Tag>x</Tag></Doc>'],
    ['another root', '<Cod><Name>a</Name></Cod>'],
  ])('is not met by %s', (_what, document) => {
    expect(() => read(document)).toThrow(malformed);
  });

  test('may be refused by another code', () => {
    expect(() => readDocument(Buffer.from('<a>1</a>'), 'a', z.literal('2'), 'MalformedACLError')).toThrow(
      expect.objectContaining({ code: 'MalformedACLError' }),
    );
  });
});

test('a prefix for clients that may not decode is itself as far as it can be, and itself to those that do', () => {
  expect(encodeForDecodersOnly('a b/ü\n+%')).toBe('a b/ü\n%2B%25');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (prefix) => {
      expect(decodeURIComponent(encodeForDecodersOnly(prefix).replaceAll('+', ' '))).toBe(prefix);
    }),
  );
});

test('a key for encoding-type=url keeps slashes and nothing else that has a meaning', () => {
  expect(urlEncodeKey("a/b c+d%e(1)!'*ü\n")).toBe('a/b%20c%2Bd%25e%281%29%21%27%2A%C3%BC%0A');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (key) => {
      expect(decodeURIComponent(urlEncodeKey(key))).toBe(key);
      expect(urlEncodeKey(key)).toMatch(/^[A-Za-z0-9\-_.~/%]*$/);
    }),
  );
});
