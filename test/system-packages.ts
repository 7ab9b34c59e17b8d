/** The system packages that the tests use. What is missing is installed, and said so. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

interface SystemPackage {
  /** Debian's name. */
  name: string;
  isInstalled(): boolean;
}

/** A browser, for pages that upload. */
export const CHROMIUM = '/usr/bin/chromium';
/** An MQTT broker, for notifications. */
const MOSQUITTO = '/usr/sbin/mosquitto';

const SYSTEM_PACKAGES: SystemPackage[] = [
  { name: 'postgresql', isInstalled: () => findPostgresPrograms() !== undefined },
  { name: 'curl', isInstalled: () => existsSync('/usr/bin/curl') },
  { name: 'openssl', isInstalled: () => existsSync('/usr/bin/openssl') },
  { name: 'python3-venv', isInstalled: () => hasPythonVenv() },
  { name: 'chromium', isInstalled: () => existsSync(CHROMIUM) },
  { name: 'mosquitto', isInstalled: () => existsSync(MOSQUITTO) },
  { name: 'rclone', isInstalled: () => existsSync('/usr/bin/rclone') },
  { name: 'restic', isInstalled: () => existsSync('/usr/bin/restic') },
  { name: 's3cmd', isInstalled: () => existsSync('/usr/bin/s3cmd') },
];

/** The folder of `initdb` and `postgres`, of the newest version there is. */
export function findPostgresPrograms(): string | undefined {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  return readdirSync(root)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'postgres')));
}

function hasPythonVenv(): boolean {
  return spawnSync('python3', ['-c', 'import venv, ensurepip']).status === 0;
}

export function installSystemPackages(): void {
  const missing = SYSTEM_PACKAGES.filter((candidate) => !candidate.isInstalled()).map(({ name }) => name);
  if (missing.length === 0) return;
  if (!existsSync('/usr/bin/apt-get')) {
    throw new Error(`The tests need ${missing.join(', ')}; install them with this system's package manager.`);
  }
  process.stdout.write(`The tests need ${missing.join(', ')}: installing with apt-get.\n`);
  const isRoot = process.getuid?.() === 0;
  const apt = (...args: string[]) => {
    const [command, ...rest] = isRoot ? ['apt-get', ...args] : ['sudo', 'apt-get', ...args];
    execFileSync(command as string, rest, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  };
  apt('update', '-qq');
  apt('install', '-y', '-qq', '--no-install-recommends', ...missing);
}
