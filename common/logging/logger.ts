import pino, { type DestinationStream, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export interface LoggerOptions {
  /** Which process speaks: `gateway`, `control`, `chunkserver`, … */
  process: string;
  level: (typeof LOG_LEVELS)[number];
  /** More that every line carries, such as the node's name. */
  fields?: Record<string, string>;
}

/** What must never reach a log, wherever in a logged object it stands. */
const SECRETS = [
  'password',
  'oldPassword',
  'newPassword',
  'oneTimePassword',
  'token',
  'refreshToken',
  'accessToken',
  'secret',
  'authorization',
  'cookie',
];

/** JSON lines on standard output (or `destination`), secrets blanked. */
export function createLogger(options: LoggerOptions, destination?: DestinationStream): Logger {
  const settings = {
    level: options.level,
    base: { process: options.process, ...options.fields },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[secret]' },
  };
  return destination ? pino(settings, destination) : pino(settings);
}
