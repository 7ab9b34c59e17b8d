import type { Owner } from '../../../../common/filesystem/index.ts';
import { element, type XmlElement } from '../xml/index.ts';

export function ownerElement(name: 'Owner' | 'Initiator', { id, displayName }: Owner): XmlElement {
  return element(name, [element('ID', id), element('DisplayName', displayName)]);
}
