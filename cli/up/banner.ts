/** What `bramble up` says once everything is ready: to a person, or to a script. Pure. */
import { join } from 'node:path';
import type { Facts } from './supervisor.ts';

export interface Readiness {
  domain: string;
  httpsPort: number;
  httpPort: number;
  s3Port: number;
  dataFolder: string;
  startedInMs: number;
  /** Of the supervisor. */
  pid: number;
  /** Of the processes, by name. */
  pids: Record<string, number | undefined>;
  facts: Facts;
}

export function baseUrl({ domain, httpsPort }: Pick<Readiness, 'domain' | 'httpsPort'>): string {
  return httpsPort === 443 ? `https://${domain}` : `https://${domain}:${httpsPort}`;
}

function s3Url({ domain, s3Port }: Pick<Readiness, 'domain' | 's3Port'>): string {
  return `https://${domain}:${s3Port}`;
}

export function banner(readiness: Readiness): string {
  const { facts, dataFolder, startedInMs } = readiness;
  const url = baseUrl(readiness);
  const password = facts.control?.oneTimePassword;
  const user = facts.control?.administrator ?? 'admin';
  const lines = [
    `Bramble is up, after ${(startedInMs / 1_000).toFixed(1)} s.`,
    '',
    `  ${url}        storage and API`,
    `  ${url}/docs   what the API can do`,
    `  ${s3Url(readiness)}        S3, for every S3 client`,
    '',
    ...(password
      ? [`  User ${user}, one-time password ${password} (good for the first login, which asks for a new one).`, '']
      : []),
    `  Try:  ./bramble login ${url}`,
    ...(password ? [] : [`        ./bramble status`]),
    `        ./bramble trust --install   lets browsers and curl know the certificates`,
    '',
    `  Data in ${dataFolder}, logs in ${join(dataFolder, 'logs')}. Ctrl-C stops everything.`,
    '',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** One line of JSON. */
export function factsLine(readiness: Readiness): string {
  const { facts, dataFolder, startedInMs, pid, pids, httpsPort, httpPort, s3Port } = readiness;
  const { oneTimePassword, administrator } = facts.control ?? {};
  const line = {
    kind: 'ready',
    url: baseUrl(readiness),
    s3Url: s3Url(readiness),
    httpsPort,
    httpPort,
    s3Port,
    dataFolder,
    authority: join(dataFolder, 'authority', 'root.crt'),
    startedInMs: Math.round(startedInMs),
    pid,
    administrator,
    oneTimePassword,
    processes: Object.fromEntries(
      Object.entries(pids).map(([name, child]) => [
        name,
        { pid: child, address: facts[name]?.address ?? facts[name]?.internalAddress },
      ]),
    ),
  };
  return `${JSON.stringify(line)}\n`;
}
