import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeTestAuthority } from './test-authority.ts';

test('an issued identity carries its SPIFFE id and is signed by the authority', async () => {
  const authority = await makeTestAuthority();
  const id = { bramble: 'test', node: 'one', role: 'gateway' } as const;
  const identity = await authority.issue(id);
  expect(identity.id).toEqual(id);
  const root = new X509Certificate(authority.authorityPem);
  expect(new X509Certificate(identity.material.certificatePem).verify(root.publicKey)).toBe(true);
});

test('a server certificate is for the names asked for', async () => {
  const authority = await makeTestAuthority();
  const { cert } = await authority.issueServer(['localhost', '127.0.0.1']);
  const certificate = new X509Certificate(cert);
  expect(certificate.checkHost('localhost')).toBe('localhost');
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
});
