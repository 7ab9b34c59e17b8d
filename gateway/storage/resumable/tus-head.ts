/** The headers of tus 1.0.0 (https://tus.io/protocols/resumable-upload), read and written in one place. */
import { AppError, InvalidInput, TooLarge } from '../../../common/errors/index.ts';
import type { UploadState } from '../../../common/filesystem/index.ts';
import type { Exchange } from '../../routing/index.ts';
import { CHECKSUM_ALGORITHMS } from './upload-checksum.ts';

export const TUS_VERSION = '1.0.0';
export const PATCH_CONTENT_TYPE = 'application/offset+octet-stream';
/** 5 TiB, as S3's objects. */
export const MAX_UPLOAD_BYTES = 5 * 2 ** 40;

export const CAPABILITIES = {
  'tus-version': TUS_VERSION,
  'tus-extension': 'creation,creation-with-upload,termination,expiration,checksum',
  'tus-checksum-algorithm': CHECKSUM_ALGORITHMS.join(','),
  'tus-max-size': MAX_UPLOAD_BYTES,
} as const;

/** Every answer carries the version; a request with another one is refused (§ Tus-Resumable). */
export function checkVersion(exchange: Exchange): void {
  exchange.response.setHeader('tus-resumable', TUS_VERSION);
  if (exchange.request.headers['tus-resumable'] === TUS_VERSION) return;
  exchange.response.setHeader('tus-version', TUS_VERSION);
  throw new AppError(
    'tus-version',
    412,
    'Another version of the protocol',
    `Send Tus-Resumable: ${TUS_VERSION}; this is the one version spoken here.`,
  );
}

/** `Upload-Length`. @throws InvalidInput, TooLarge */
export function uploadLengthOf(exchange: Exchange): number {
  const size = wholeNumber(exchange, 'upload-length');
  if (size > MAX_UPLOAD_BYTES) throw new TooLarge(`An upload has at most ${MAX_UPLOAD_BYTES} bytes.`);
  return size;
}

/** `Upload-Offset`. @throws InvalidInput */
export function uploadOffsetOf(exchange: Exchange): number {
  return wholeNumber(exchange, 'upload-offset');
}

export function stateHeaders(state: UploadState): Record<string, string | number> {
  return {
    'upload-offset': state.offset,
    'upload-expires': new Date(state.expiresAt).toUTCString(),
    ...(state.size !== null && { 'upload-length': state.size }),
  };
}

export function hasPatchContentType(exchange: Exchange): boolean {
  return exchange.request.headers['content-type'] === PATCH_CONTENT_TYPE;
}

function wholeNumber(exchange: Exchange, header: string): number {
  const text = exchange.request.headers[header];
  if (typeof text === 'string' && /^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidInput(`${header} must be a whole number of bytes.`);
}
