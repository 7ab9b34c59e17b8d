import { z } from 'zod';
import { address, durationMs, port, sizeBytes } from '../common/config/index.ts';
import { LOG_LEVELS } from '../common/logging/index.ts';

export const chunkserverConfig = z.object({
  host: z.string().default('127.0.0.1').describe('Address to listen on.'),
  port: port(7461).describe('Port to listen on; 0 for any free one.'),
  advertisedAddress: address.optional().describe('Where others reach it, when that is not host:port.'),
  node: z.string().min(1).optional().describe("This node's name; by default the certificate's."),
  zone: z
    .string()
    .min(1)
    .default('default')
    .describe('Replicas of a chunk are kept in different zones when there are.'),
  dataFolder: z.string().min(1).default('.bramble/chunkserver').describe('Holds `chunks/`.'),
  identityFolder: z
    .string()
    .min(1)
    .default('.bramble/chunkserver/identity')
    .describe('Where the key and certificates are.'),
  controlAddress: address.default('127.0.0.1:7440').describe('Where control listens.'),
  heartbeatInterval: durationMs('1s').describe('How often control is told how it is, unless control asks otherwise.'),
  reserveBytes: sizeBytes('512MiB').describe('Free space that is kept: below it no writes are taken.'),
  openFiles: z.int().min(8).max(16_384).default(512).describe('Chunk files kept open while unused.'),
  writeBuffer: sizeBytes('128MiB').describe('Bytes of writes held in memory, at most; others wait.'),
  writeBackSize: sizeBytes('16MiB').describe('Written bytes after which the disk is asked to begin; 0 for at the end.'),
  maxConcurrentReads: z.int().min(1).max(4096).default(256).describe('Reads answered at once; others are refused.'),
  idleTimeout: durationMs('30s').describe('How long a peer may pause within a request.'),
  stallTimeout: durationMs('3s').describe('How long the next replica may make no progress before it is cut out.'),
  finishTimeout: durationMs('8s').describe('How long the next replica may take to make a whole chunk durable.'),
  logLevel: z.enum(LOG_LEVELS).default('info').describe('Least level that is logged.'),
});
export type ChunkserverConfig = z.infer<typeof chunkserverConfig>;
