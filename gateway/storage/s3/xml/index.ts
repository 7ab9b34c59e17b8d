export { encodeForDecodersOnly, urlEncodeKey } from './key-encoding.ts';
export { malformed, parseXml, type XmlChildren, type XmlValue } from './reader.ts';
export { boolean, integer, many, maybe, node, one, oneOf, readDocument, text, word } from './shape.ts';
export {
  element,
  escapeXml,
  optionalElement,
  type XmlContent,
  XmlElement,
  xmlDocument,
} from './writer.ts';
