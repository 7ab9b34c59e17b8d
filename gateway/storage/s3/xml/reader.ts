/**
 * Reads the XML of S3's requests: bounded in size, depth and number of elements, without document types, entities of its own
 * and processing instructions. Namespaces are not looked at, as S3 does not either.
 */
import { SaxesParser } from 'saxes';
import { S3Error } from '../errors/s3-error.ts';

/** An element's text, or its children by name: every name may come several times. */
export type XmlValue = string | XmlChildren;
export interface XmlChildren {
  readonly [name: string]: XmlValue[];
}

const MAX_DEPTH = 32;
const MAX_ELEMENTS = 100_000;
const BYTE_ORDER_MARK = 0xfeff;

interface Open {
  name: string;
  text: string;
  children: Record<string, XmlValue[]> | undefined;
}

/** The root's name and content. Attributes are dropped, but `xsi:type` is a child of its own (grants have it). @throws S3Error MalformedXML */
export function parseXml(bytes: Uint8Array): { root: string; value: XmlValue } {
  const parser = new SaxesParser({ xmlns: false, position: false });
  const stack: Open[] = [];
  let elements = 0;
  let result: { root: string; value: XmlValue } | undefined;
  parser.on('error', (error) => {
    throw malformed(error);
  });
  parser.on('doctype', () => {
    throw malformed();
  });
  parser.on('processinginstruction', () => {
    throw malformed();
  });
  parser.on('opentag', ({ name, attributes }) => {
    elements += 1;
    if (stack.length >= MAX_DEPTH || elements > MAX_ELEMENTS) throw malformed();
    const open: Open = { name: localName(name), text: '', children: undefined };
    const type = attributes['xsi:type'];
    if (type !== undefined) addChild(open, 'xsi:type', type);
    stack.push(open);
  });
  const addText = (text: string) => {
    const open = stack.at(-1);
    if (open) open.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const open = stack.pop();
    if (!open) throw malformed();
    if (open.children && open.text.trim() !== '') throw malformed();
    const value: XmlValue = open.children ?? open.text;
    const parent = stack.at(-1);
    if (parent) addChild(parent, open.name, value);
    else result = { root: open.name, value };
  });
  parser.write(decodeUtf8(bytes)).close();
  if (!result) throw malformed();
  return result;
}

function addChild(open: Open, name: string, value: XmlValue): void {
  // Without a prototype: an element named `__proto__` is one like any other.
  open.children ??= Object.create(null) as Record<string, XmlValue[]>;
  const siblings = open.children[name];
  if (siblings) siblings.push(value);
  else open.children[name] = [value];
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  } catch (error) {
    throw malformed(error);
  }
}

export function malformed(cause?: unknown): S3Error {
  return new S3Error('MalformedXML', cause === undefined ? {} : { cause });
}
