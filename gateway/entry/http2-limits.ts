/** Bounds on what one HTTP/2 connection may make the gateway do (RFC 9113 §10.5). */
import { constants, type ServerHttp2Session, type ServerOptions } from 'node:http2';
import type { Clock } from '../../common/clock/index.ts';
import type { GatewayLimits } from '../config.ts';
import { TokenBuckets } from '../limits/token-bucket.ts';

/** PING and SETTINGS of one connection. Each makes the gateway answer; honest clients send a few a minute. */
const CONTROL_FRAMES = { perSecond: 10, burst: 100, entries: 1 };

/** Of one stream, and of a whole connection: keeps a gigabit busy over 60 ms; the default of 64 KiB does over 0.5 ms. */
export const WINDOW_BYTES = 8 * 1024 * 1024;

export function http2Options(limits: GatewayLimits): ServerOptions {
  return {
    settings: {
      maxConcurrentStreams: limits.streamsPerConnection,
      maxHeaderListSize: limits.headerBytes + limits.urlBytes,
      enableConnectProtocol: false,
      enablePush: false,
      initialWindowSize: WINDOW_BYTES,
    },
    maxHeaderListPairs: limits.headerCount + 5,
    maxSendHeaderBlockLength: 64 * 1024,
    // MB of memory; past it new streams are refused.
    maxSessionMemory: 64,
    maxSettings: 16,
    maxOutstandingPings: 4,
    maxSessionInvalidFrames: 50,
    maxSessionRejectedStreams: 50,
    // Rapid reset (CVE-2023-44487): a person who leaves a page cancels a few dozen requests, not hundreds a second.
    streamResetBurst: 200,
    streamResetRate: 20,
    strictSingleValueFields: true,
    unknownProtocolTimeout: 5_000,
  };
}

/** Ends a session that floods with PING or SETTINGS; the library below bounds only the answers nobody reads. */
export function boundControlFrames(
  session: ServerHttp2Session,
  clock: Pick<Clock, 'monotonic'>,
  onFlood: () => void,
): void {
  const frames = new TokenBuckets(CONTROL_FRAMES);
  const count = () => {
    if (session.destroyed || frames.take('', clock.monotonic()) === 0) return;
    onFlood();
    session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    session.destroy();
  };
  session.on('ping', count);
  session.on('remoteSettings', count);
}
