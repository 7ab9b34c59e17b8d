/**
 * First certificates on one machine: control writes the identities of those that start beside it, since nobody without a
 * certificate can ask for one. Written again when what is there cannot be used, or would not last.
 */
import { resolve } from 'node:path';
import type { Clock } from '../../common/clock/index.ts';
import type { Disk } from '../../common/disk/index.ts';
import { InvalidInput } from '../../common/errors/index.ts';
import {
  belongTogether,
  formatSpiffeId,
  Identity,
  type Role,
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
  // A folder named twice must not be written by two at once.
  const distinct = new Map(identities.map((each) => [resolve(each.folder), each]));
  const written = await Promise.all(
    [...distinct.values()].map(async (each) => {
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

/** What is in the folder; undefined when it is missing, or is no key and certificate at all. */
async function presentIdentity(disk: Disk, folder: string): Promise<Identity | undefined> {
  try {
    return await Identity.load(disk, folder);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOENT' || code.startsWith('ERR_OSSL') || error instanceof InvalidInput) return undefined;
    throw error;
  }
}

/** The right name, from this authority, with its own key, and less than three quarters of its life gone. */
function isUsable(identity: Identity, id: SpiffeId, authority: Authority, clock: Pick<Clock, 'now'>): boolean {
  const { material, validFromMs, validToMs } = identity;
  const now = clock.now();
  return (
    formatSpiffeId(identity.id) === formatSpiffeId(id) &&
    material.authorityPem === authority.rootPem &&
    authority.hasSigned(material.certificatePem) &&
    belongTogether(material) &&
    validFromMs <= now &&
    now < validToMs - (validToMs - validFromMs) / 4
  );
}
