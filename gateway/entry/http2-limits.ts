/** Bounds on what one HTTP/2 connection may make the gateway do (RFC 9113 §10.5). */
import type { ServerOptions } from 'node:http2';
import type { GatewayLimits } from '../config.ts';

export function http2Options(limits: GatewayLimits): ServerOptions {
  return {
    settings: {
      maxConcurrentStreams: limits.streamsPerConnection,
      maxHeaderListSize: limits.headerBytes + limits.urlBytes,
      enableConnectProtocol: false,
      enablePush: false,
      // Windows of this size keep a gigabit busy over 60 ms; the default of 64 KiB does so over 0.5 ms only.
      initialWindowSize: 8 * 1024 * 1024,
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
