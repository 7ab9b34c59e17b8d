import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installAuthority, type TrustPlaces } from './trust-stores.ts';

const [PEM = ''] = rootCertificates;

let folder: string;
let places: TrustPlaces;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bramble-trust-'));
  places = { systemFolder: join(folder, 'system'), home: join(folder, 'home'), programs: [join(folder, 'bin')] };
  for (const name of ['system', 'home', 'bin']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'root.crt'), PEM);
});
afterEach(() => rm(folder, { recursive: true }));

const install = () => installAuthority(join(folder, 'root.crt'), PEM, places);

/** A program that writes down what it was called with. */
async function program(name: string, exitCode = 0): Promise<void> {
  const script = `#!/bin/sh\necho "$@" >> '${join(folder, `${name}.calls`)}'\nexit ${exitCode}\n`;
  await writeFile(join(folder, 'bin', name), script, { mode: 0o755 });
}

test('goes into the system’s store once, however often it is installed', async () => {
  await program('update-ca-certificates');
  for (let time = 0; time < 2; time++) {
    expect(await install()).toEqual([{ store: `the system's store (${places.systemFolder})` }]);
  }
  const [name = '', ...others] = await readdir(places.systemFolder);
  expect(others).toEqual([]);
  expect(name).toMatch(/^bramble-[0-9a-f]{12}\.crt$/);
  expect(await readFile(join(places.systemFolder, name), 'utf8')).toBe(PEM);
});

test('goes into the databases of browsers, those that there are', async () => {
  await program('update-ca-certificates');
  await program('certutil');
  const chromium = join(places.home, '.pki', 'nssdb');
  const firefox = join(places.home, '.mozilla', 'firefox', 'x.default');
  for (const profile of [chromium, firefox]) {
    await mkdir(profile, { recursive: true });
    await writeFile(join(profile, 'cert9.db'), '');
  }
  await mkdir(join(places.home, '.mozilla', 'firefox', 'Crash Reports'));
  expect((await install()).slice(1)).toEqual([{ store: chromium }, { store: firefox }]);
  const calls = await readFile(join(folder, 'certutil.calls'), 'utf8');
  expect(calls).toContain(`-A -d sql:${chromium} -n bramble-`);
  expect(calls).toContain(`-t C,, -i ${join(folder, 'root.crt')}`);
});

test('says what is in the way', async () => {
  expect((await install())[0]?.problem).toMatch(/update-ca-certificates is not on this machine/);
  await program('update-ca-certificates', 3);
  expect((await install())[0]?.problem).toMatch(/Command failed/);
});
