/**
 * First certificates on one machine: control writes the identities of those that start beside it, since nobody without a
 * certificate can ask for one. Written again when what is there cannot be used, or would not last.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Clock } from '../../common/clock/index.ts';
import type { Disk } from '../../common/disk/index.ts';
import {
  formatSpiffeId,
  Identity,
  type IdentityMaterial,
  type Role,
  readIdentity,
  type SpiffeId,
  writeIdentity,
} from '../../common/identity/index.ts';
import { generateKeys, privateKeyPem } from '../../common/x509/index.ts';
import type { Authority } from './authority.ts';

export interface BootstrapIdentity {
  role: Role;
  node: string;
  folder: string;
}

/** @returns those that were written. */
export async function writeBootstrapIdentities(
  authority: Authority,
  identities: readonly BootstrapIdentity[],
): Promise<BootstrapIdentity[]> {
  const written = await Promise.all(
    identities.map(async (each) => {
      const { disk, clock } = authority.options;
      const id = { bramble: authority.bramble, node: each.node, role: each.role };
      const present = await presentIdentity(disk, each.folder);
      if (present && isUsable(present, id, authority, clock)) return [];
      const keys = await generateKeys();
      const issued = await authority.issueProcessCertificate(keys.publicKey, id);
      await writeIdentity(disk, each.folder, { keyPem: await privateKeyPem(keys.privateKey), ...issued });
      return [each];
    }),
  );
  return written.flat();
}

async function presentIdentity(disk: Disk, folder: string): Promise<IdentityMaterial | undefined> {
  try {
    return await readIdentity(disk, folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The right name, from this authority, with its own key, and less than three quarters of its life gone. */
function isUsable(material: IdentityMaterial, id: SpiffeId, authority: Authority, clock: Pick<Clock, 'now'>): boolean {
  try {
    const identity = new Identity(material);
    const lifeMs = identity.validToMs - identity.validFromMs;
    return (
      formatSpiffeId(identity.id) === formatSpiffeId(id) &&
      material.authorityPem === authority.rootPem &&
      authority.hasSigned(material.certificatePem) &&
      new X509Certificate(material.certificatePem).checkPrivateKey(createPrivateKey(material.keyPem)) &&
      identity.validFromMs <= clock.now() &&
      clock.now() < identity.validToMs - lifeMs / 4
    );
  } catch {
    // Not PEM, not a certificate, not a key: as good as missing.
    return false;
  }
}
