/** Which processes make a bramble on one machine, and what each is told by its environment. Pure. */
import { join } from 'node:path';
import { environmentName } from '../../common/config/index.ts';
import type { ProcessName } from '../launch.ts';
import type { UpConfig } from './config.ts';
import type { PortWish } from './ports.ts';

export interface ProcessPlan {
  /** `control`, `gateway`, `chunkserver-1`, … */
  name: string;
  role: ProcessName;
  env: Record<string, string>;
}

export interface Plan {
  control: ProcessPlan;
  gateway: ProcessPlan;
  chunkservers: ProcessPlan[];
  httpsPort: number;
  httpPort: number;
  s3Port: number;
}

const LOOPBACK = '127.0.0.1';

/** The ports a bramble needs: https, http, S3, control, gateway, and one for each chunkserver. */
export function portWishes(config: UpConfig): PortWish[] {
  const internal = (offset: number) => ({
    setting: 'up.internalPort',
    host: LOOPBACK,
    port: config.internalPort === 0 ? 0 : config.internalPort + offset,
  });
  return [
    { setting: 'up.httpsPort', host: config.host, port: config.httpsPort },
    { setting: 'up.httpPort', host: config.host, port: config.httpPort },
    { setting: 'up.s3Port', host: config.host, port: config.s3Port },
    ...Array.from({ length: config.chunkservers + 2 }, (_, offset) => internal(offset)),
  ];
}

/** `dataFolder` is absolute; `ports` are those of `portWishes`, in its order, all settled. */
export function planProcesses(config: UpConfig, dataFolder: string, ports: readonly number[]): Plan {
  const [httpsPort = 0, httpPort = 0, s3Port = 0, controlPort = 0, gatewayPort = 0, ...chunkserverPorts] = ports;
  const identityFolder = (name: string) => join(dataFolder, name, 'identity');
  const common = (name: string, node: string) => ({
    node,
    dataFolder: join(dataFolder, name),
    identityFolder: identityFolder(name),
    logLevel: config.logLevel,
  });
  const controlAddress = `${LOOPBACK}:${controlPort}`;
  const chunkservers = chunkserverPorts.map((port, index) => {
    const name = `chunkserver-${index + 1}`;
    // Replicas go to different nodes: on one machine each chunkserver is one.
    return plan(name, 'chunkserver', {
      ...common(name, nodeName(index)),
      host: LOOPBACK,
      port,
      controlAddress,
    });
  });
  const identities = [
    { role: 'control', node: nodeName(0), folder: identityFolder('control') },
    { role: 'gateway', node: nodeName(0), folder: identityFolder('gateway') },
    ...chunkservers.map(({ name, role }, index) => ({ role, node: nodeName(index), folder: identityFolder(name) })),
  ];
  return {
    httpsPort,
    httpPort,
    s3Port,
    chunkservers,
    control: plan('control', 'control', {
      ...common('control', nodeName(0)),
      host: LOOPBACK,
      port: controlPort,
      domain: config.domain,
      authorityFolder: join(dataFolder, 'authority'),
      bootstrapIdentities: identities,
      certificateLifetime: config.certificateLifetime,
    }),
    gateway: plan('gateway', 'gateway', {
      ...common('gateway', nodeName(0)),
      host: config.host,
      httpsPort,
      httpPort,
      's3.port': s3Port,
      internalHost: LOOPBACK,
      internalPort: gatewayPort,
      domain: config.domain,
      controlAddress,
    }),
  };
}

function plan(name: string, section: ProcessName, settings: Record<string, unknown>): ProcessPlan {
  const env = Object.entries(settings).map(([key, value]) => [
    environmentName(section, key.split('.')),
    JSON.stringify(value),
  ]);
  return { name, role: section, env: Object.fromEntries(env) };
}

function nodeName(index: number): string {
  return `node-${index + 1}`;
}
