/**
 * Which names the public certificate of a gateway carries, and which it may ask for. The root is in people's trust
 * stores: a gateway that was taken over must not get a certificate for a stranger's site out of it.
 */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { Forbidden } from '../../common/errors/index.ts';
import type { HostName } from '../../common/x509/index.ts';

const LOCAL_DOMAIN = 'localhost';

/** Names by which this machine is reached, always in the certificate. */
export function localNames(host = hostname()): HostName[] {
  const names: HostName[] = [
    ...domainNames(LOCAL_DOMAIN),
    { type: 'ip', value: '127.0.0.1' },
    { type: 'ip', value: '::1' },
  ];
  return isDnsName(host.toLowerCase()) ? [...names, { type: 'dns', value: host.toLowerCase() }] : names;
}

/** A domain and what Bramble serves below it; buckets are two labels down, where a wildcard of the domain ends. */
export function domainNames(domain: string): HostName[] {
  return [domain, `*.${domain}`, `s3.${domain}`, `*.s3.${domain}`, `storage.${domain}`].map((value) => ({
    type: 'dns',
    value,
  }));
}

/** The names for a certificate: those asked for, besides the local ones and the configured domains'. @throws Forbidden */
export function gatewayNames(asked: readonly HostName[], domains: readonly string[], host = hostname()): HostName[] {
  const always = [...localNames(host), ...domains.filter((domain) => !isIP(domain)).flatMap(domainNames)];
  for (const name of asked) {
    if (!mayHave(name, [LOCAL_DOMAIN, host, ...domains])) {
      throw new Forbidden(
        `A gateway may not have a certificate for '${name.value}'; add its domain to control's \`domain\` setting.`,
        { code: 'name-not-allowed' },
      );
    }
  }
  const distinct = new Map([...always, ...asked].map((name) => [`${name.type}:${name.value.toLowerCase()}`, name]));
  return [...distinct.values()];
}

function mayHave(name: HostName, domains: readonly string[]): boolean {
  if (name.type === 'ip') return isOwnAddress(name.value);
  const asked = name.value.toLowerCase();
  if (!isDnsName(asked.replace(/^\*\./, ''))) return false;
  return domains.some((each) => {
    const domain = each.toLowerCase();
    return asked === domain || asked.endsWith(`.${domain}`);
  });
}

/** Loopback, private and link-local ranges (RFC 1918, RFC 3927, RFC 4193, RFC 4291): no stranger's site is there. */
function isOwnAddress(address: string): boolean {
  if (isIP(address) === 4) return /^(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\./.test(address);
  return isIP(address) === 6 && /^(::1$|f[cd]|fe[89ab])/i.test(address);
}

function isDnsName(name: string): boolean {
  return name.length <= 253 && /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name);
}
