/**
 * What stands in each kind of certificate (RFC 5280; for processes, SPIFFE X509-SVID). Times are backdated a little, so
 * that a node whose clock is behind takes them too.
 */

import { formatSpiffeId, type SpiffeId } from '../../common/identity/index.ts';
import { type HostName, x509 } from '../../common/x509/index.ts';

const { digitalSignature, keyCertSign, cRLSign } = x509.KeyUsageFlags;
const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
const CLOCK_SKEW_MS = 5 * 60_000;

export const ROOT_VALIDITY_MS = 20 * YEAR_MS;
export const ISSUING_VALIDITY_MS = 5 * YEAR_MS;
export const PROCESS_VALIDITY_MS = DAY_MS;
export const GATEWAY_VALIDITY_MS = 90 * DAY_MS;

export interface Validity {
  notBefore: Date;
  notAfter: Date;
}

/** From a little before `now` (at most a tenth of the validity) on; certificates know whole seconds only. */
export function validityFrom(now: number, validityMs: number): Validity {
  const backdatedMs = Math.min(CLOCK_SKEW_MS, validityMs / 10);
  return {
    notBefore: new Date(Math.floor((now - backdatedMs) / 1_000) * 1_000),
    notAfter: new Date(Math.ceil((now + validityMs) / 1_000) * 1_000),
  };
}

export interface Profile {
  subject: string;
  extensions: x509.Extension[];
}

/** The trust domain is the authority's own SPIFFE id (X509-SVID §3.1). */
export function rootProfile(bramble: string, mark: string): Profile {
  return { subject: `CN=Bramble ${bramble} root ${mark}, O=${bramble}`, extensions: authorityExtensions(bramble, 1) };
}

export function issuingProfile(bramble: string, mark: string): Profile {
  return {
    subject: `CN=Bramble ${bramble} issuing ${mark}, O=${bramble}`,
    extensions: authorityExtensions(bramble, 0),
  };
}

/** Both client and server; its SPIFFE id is the only alternative name. */
export function processProfile(id: SpiffeId): Profile {
  return {
    subject: `CN=${id.role} on ${id.node}, O=${id.bramble}`,
    extensions: [
      ...leafExtensions([serverAuth, clientAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: 'url', value: formatSpiffeId(id) }]),
    ],
  };
}

/** The public certificate of a gateway: a server only, without any name that means something inside. */
export function gatewayProfile(bramble: string, names: readonly HostName[]): Profile {
  return {
    subject: `CN=Bramble ${bramble} gateway, O=${bramble}`,
    extensions: [...leafExtensions([serverAuth]), new x509.SubjectAlternativeNameExtension([...names])],
  };
}

function authorityExtensions(bramble: string, pathLength: number): x509.Extension[] {
  return [
    new x509.BasicConstraintsExtension(true, pathLength, true),
    new x509.KeyUsagesExtension(keyCertSign | cRLSign, true),
    new x509.SubjectAlternativeNameExtension([{ type: 'url', value: `spiffe://${bramble}` }]),
  ];
}

function leafExtensions(usages: x509.ExtendedKeyUsageType[]): x509.Extension[] {
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(digitalSignature, true),
    new x509.ExtendedKeyUsageExtension(usages),
  ];
}
