import { z } from 'zod';
import { address, durationMs, port, sizeBytes } from '../common/config/index.ts';
import { LOG_LEVELS } from '../common/logging/index.ts';

const rate = (perSecond: number, burst: number) =>
  z
    .object({
      perSecond: z.number().positive().default(perSecond).describe('Requests a second that may go on for ever.'),
      burst: z.int().positive().default(burst).describe('Requests that may come at once after a pause.'),
    })
    .prefault({});

const limits = z
  .object({
    headerBytes: sizeBytes('32KiB').describe('Request line and headers together.'),
    headerCount: z.int().positive().default(100).describe('Headers of one request.'),
    urlBytes: sizeBytes('8KiB').describe('Path and query, as sent.'),
    headersTimeout: durationMs('10s').describe('For all headers of a request to arrive.'),
    handshakeTimeout: durationMs('10s').describe('For the TLS handshake.'),
    keepAliveTimeout: durationMs('75s').describe('For the next request on an idle connection.'),
    bodyIdleTimeout: durationMs('30s').describe('For the next bytes of a body.'),
    bodyMinBytesPerSecond: sizeBytes('256').describe('A body slower than this over bodyIdleTimeout is cut.'),
    requestTimeout: durationMs('30s').describe('For the body of an API request, and then for the head of its answer.'),
    apiBodyBytes: sizeBytes('1MiB').describe('Body of an API request (uploads have no limit of their own).'),
    controlWait: durationMs('10s').describe('How long a request waits while control restarts, before it gets a 503.'),
    perAddress: rate(10_000, 20_000).describe('Rate of one IP address (of one /64 for IPv6).'),
    perPrincipal: rate(10_000, 20_000).describe('Rate of one token.'),
    rateEntries: z.int().positive().default(50_000).describe('Addresses and tokens whose rate is remembered, each.'),
    connections: z.int().positive().default(10_000).describe('Connections in all.'),
    connectionsPerAddress: z.int().positive().default(512).describe('Connections of one IP address.'),
    streamsPerConnection: z.int().positive().default(128).describe('HTTP/2 requests at once on one connection.'),
    stopTimeout: durationMs('1200ms').describe('For requests in progress to finish when the gateway stops.'),
  })
  .prefault({});

const cors = z
  .object({
    origins: z.array(z.string()).default([]).describe('Origins whose pages may call the API, or `*` for all.'),
    maxAge: durationMs('10m').describe('How long browsers may remember a preflight.'),
  })
  .prefault({});

const tls = z
  .object({
    minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).default('TLSv1.2').describe('The oldest TLS spoken.'),
    sessionTimeout: durationMs('12h').describe('How long a TLS session may be resumed.'),
    names: z.array(z.string()).default([]).describe('More names and addresses for the public certificate.'),
  })
  .prefault({});

const optionalPort = z.int().min(0).max(65_535).optional();

const s3 = z
  .object({
    region: z
      .string()
      .regex(/^[a-z0-9-]{1,32}$/)
      .default('us-east-1')
      .describe('The region that S3 clients sign for.'),
    names: z
      .array(z.string().toLowerCase())
      .default([])
      .describe('More host names of the S3 door; buckets are reached below them, too.'),
    port: optionalPort.describe(
      'A port for S3 alone by HTTPS, whatever name or address clients call it by; off unless set.',
    ),
    httpPort: optionalPort.describe('The same without TLS; off unless set.'),
    httpHost: z
      .string()
      .default('127.0.0.1')
      .describe(
        'Address for s3.httpPort. Whoever can listen in reads what is stored: beyond this machine only behind a proxy.',
      ),
  })
  .prefault({});

export const gatewayConfig = z.object({
  host: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 or :: for all.'),
  httpsPort: port(8443).describe('HTTPS: HTTP/1.1 and HTTP/2.'),
  httpPort: port(8080).describe('Plain HTTP; answers health checks, redirects all else to HTTPS.'),
  internalHost: z.string().default('127.0.0.1').describe('Address of the internal port.'),
  internalPort: port(7442).describe('Health and metrics, by mutual TLS.'),
  domain: z.string().default('localhost').describe('The name people reach the bramble by.'),
  controlAddress: address.default('127.0.0.1:7440').describe('Where control listens.'),
  identityFolder: z.string().default('.bramble/gateway/identity').describe('Key and certificates for inside.'),
  dataFolder: z.string().default('.bramble/gateway').describe('Holds `public/`: key and certificate for outside.'),
  node: z.string().default('local').describe('Name of this machine.'),
  logLevel: z.enum(LOG_LEVELS).default('info').describe('Least severe line that is logged.'),
  readCacheBytes: sizeBytes('64MiB').describe('Memory for small objects that were read lately; 0 keeps none.'),
  limits,
  cors,
  tls,
  s3,
});

export type GatewayConfig = z.infer<typeof gatewayConfig>;
export type GatewayLimits = GatewayConfig['limits'];
