/** Writes the XML of S3's answers. Elements are made as text at once: a page of a thousand keys costs one pass. */

/** S3's answers are in it, errors are not. */
export const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

export class XmlElement {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

/** Text is escaped; of a list, what is undefined is left out. */
export type XmlContent = string | number | boolean | XmlElement | readonly (XmlElement | undefined)[];

export function element(name: string, content: XmlContent = '', attributes: Record<string, string> = {}): XmlElement {
  let head = name;
  for (const [attribute, value] of Object.entries(attributes)) head += ` ${attribute}="${escapeXml(value)}"`;
  const inside = markupOf(content);
  return new XmlElement(inside === '' ? `<${head}/>` : `<${head}>${inside}</${name}>`);
}

/** The element, unless there is no content. */
export function optionalElement(name: string, content: XmlContent | undefined): XmlElement | undefined {
  return content === undefined ? undefined : element(name, content);
}

/** A whole document; without a namespace for errors. */
export function xmlDocument(root: string, content: XmlContent, namespace: string | null = S3_NAMESPACE): string {
  return DECLARATION + element(root, content, namespace === null ? {} : { xmlns: namespace }).markup;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const SPECIAL = /[&<>"\u0000-\u0008\u000b-\u001f\u007f\ufffe\uffff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const ALL_SPECIAL = /[&<>"\u0000-\u0008\u000b-\u001f\u007f\ufffe\uffff]/g;

/**
 * Control characters become references, as S3 writes them, although XML 1.0 has no way to say most of them; clients ask for
 * `encoding-type=url` where keys may have any.
 */
export function escapeXml(text: string): string {
  return SPECIAL.test(text) ? text.replaceAll(ALL_SPECIAL, escapeCharacter) : text;
}

function escapeCharacter(character: string): string {
  switch (character) {
    case '&':
      return '&amp;';
    case '<':
      return '&lt;';
    case '>':
      return '&gt;';
    case '"':
      return '&quot;';
    default:
      return `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`;
  }
}

function markupOf(content: XmlContent): string {
  if (typeof content === 'string') return escapeXml(content);
  if (content instanceof XmlElement) return content.markup;
  if (typeof content !== 'object') return String(content);
  let markup = '';
  for (const child of content) if (child) markup += child.markup;
  return markup;
}
