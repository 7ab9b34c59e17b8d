export * from './append-framing.ts';
export * from './chunkserver-protocol.ts';
export * from './extent.ts';
export * from './limits.ts';
export * from './master-protocol.ts';
export * from './record-geometry.ts';
