import { z } from 'zod';
import { durationMs, port, sizeBytes } from '../../common/config/index.ts';
import { LOG_LEVELS } from '../../common/logging/index.ts';

/** The section `up` of the configuration: a whole bramble on one machine. What it sets goes before the others' sections. */
export const upConfig = z.object({
  dataFolder: z.string().default('.bramble').describe('Folder of everything that the bramble keeps.'),
  host: z.string().default('127.0.0.1').describe('Address that people reach the gateway at; 0.0.0.0 or :: for all.'),
  domain: z.string().default('localhost').describe('The name people reach the bramble by.'),
  httpsPort: port(8443).describe('HTTPS; 0 for any free port.'),
  httpPort: port(8080).describe('Plain HTTP, redirected to HTTPS; 0 for any free port.'),
  s3Port: port(8444).describe('S3 by HTTPS, whatever name or address clients call it by; 0 for any free port.'),
  internalPort: port(7440).describe(
    'First of the internal ports, on loopback: control, then gateway, then the chunkservers; 0 for any free ones.',
  ),
  chunkservers: z.int().min(1).max(64).default(3).describe('How many chunkservers are run.'),
  logLevel: z.enum(LOG_LEVELS).default('info').describe('Least severity that the processes log.'),
  logFileSize: sizeBytes('16MiB').describe('Size at which a log file is put aside.'),
  logFiles: z.int().min(1).max(100).default(4).describe('Log files kept of each process.'),
  startTimeout: durationMs('2m').describe(
    'How long a process may take to be ready before it is ended and tried again.',
  ),
  healthyAfter: durationMs('10s').describe(
    'How long a process must have run for its next death to count as its first; restarts wait longer with every death in a row.',
  ),
  certificateLifetime: durationMs('24h').describe('How long the certificate of a process is valid.'),
});
export type UpConfig = z.infer<typeof upConfig>;
