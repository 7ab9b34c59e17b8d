import { InvalidInput } from '../../../common/errors/index.ts';
import { KEY_BYTES, type ObjectName } from '../../../common/filesystem/index.ts';
import { type Exchange, paramOf } from '../../routing/index.ts';

const SEGMENT = /^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/;

/** The object that `…/{namespace}/{bucket}/{key...}` names. @throws InvalidInput */
export function objectNameOf(exchange: Exchange): ObjectName {
  return checkedName({
    namespace: paramOf(exchange, 'namespace'),
    bucket: paramOf(exchange, 'bucket'),
    key: paramOf(exchange, 'key'),
  });
}

/** @throws InvalidInput when no object can have that name. */
export function checkedName(name: ObjectName): ObjectName {
  const fields: Record<string, string> = {};
  for (const part of ['namespace', 'bucket'] as const) {
    if (!SEGMENT.test(name[part])) fields[part] = 'lower-case letters, digits, dots and hyphens, 1 to 63 of them';
  }
  if (!isKey(name.key)) fields.key = `1 to ${KEY_BYTES} bytes, without dot segments and control characters`;
  if (Object.keys(fields).length === 0) return name;
  const said = Object.entries(fields).map(([part, expected]) => `${part} must be ${expected}`);
  throw new InvalidInput(`The object's name is not valid: ${said.join('; ')}.`, { code: 'invalid-name', fields });
}

function isKey(key: string): boolean {
  if (key.length === 0 || Buffer.byteLength(key) > KEY_BYTES) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (/[\u0000-\u001f\u007f\\]/.test(key) || !key.isWellFormed()) return false;
  return !key.split('/').some((segment) => segment === '.' || segment === '..');
}
