/**
 * UploadPartCopy (S3 API Reference). The bytes are read and written again: a part has the MD5 of its bytes, which nobody
 * keeps of a range.
 */
import type { FoundObject, MultipartUpload } from '../../../../common/filesystem/index.ts';
import { judgeRead } from '../../objects/preconditions.ts';
import { readObject } from '../../read/object-reader.ts';
import { ObjectStream } from '../../read/object-stream.ts';
import { storeBody } from '../../write/store-body.ts';
import { answerXml } from '../answer.ts';
import { BodyDigests, type DigestName } from '../body/body-digests.ts';
import { invalidArgument, S3Error } from '../errors/index.ts';
import { firstOf, quotedTags } from '../objects/conditions.ts';
import { type CopySource, copySourceOf } from '../objects/copy-source.ts';
import { entityTooLarge, MAX_PUT_BYTES } from '../objects/named-object.ts';
import type { Operation, S3Digests, S3Request, S3Tools } from '../s3-request.ts';
import { element } from '../xml/index.ts';
import { checksumElement } from './declared-checksum.ts';
import { partNumberOf, uploadOf } from './upload-reference.ts';

export const uploadPartCopy: Operation = async (tools, request) => {
  const { asker, headers, query } = request;
  const { name, upload } = uploadOf(request);
  const part = partNumberOf(query);
  const source = copySourceOf(String(headers['x-amz-copy-source']));
  const range = parseSourceRange(firstOf(headers['x-amz-copy-source-range']));
  const found = await findSource(tools, request, source);
  const [from, to] = sourceBytes(range, found.content.size);
  const { checksum: declared } = await tools.master.multipart.inspect(asker, { name, upload, size: to - from });
  const { digests, modifiedAt } = await copyBytes(tools, request, found, { from, to, declared }, (stored) =>
    tools.master.multipart.putPart(asker, { name, upload, part, ...stored }),
  );
  await answerXml(
    request,
    'CopyPartResult',
    [
      element('LastModified', modifiedAt),
      element('ETag', `"${digests.md5}"`),
      digests.checksum && checksumElement(digests.checksum.algorithm, digests.checksum.value),
    ],
    { headers: found.versionId === undefined ? {} : { 'x-amz-copy-source-version-id': found.versionId } },
  );
};

async function findSource(tools: S3Tools, { asker, headers }: S3Request, source: CopySource): Promise<FoundObject> {
  const found = await tools.master.lookup(asker, source.name, source.version);
  const conditions = {
    'if-match': quotedTags(firstOf(headers['x-amz-copy-source-if-match'])),
    'if-none-match': quotedTags(firstOf(headers['x-amz-copy-source-if-none-match'])),
    'if-modified-since': firstOf(headers['x-amz-copy-source-if-modified-since']),
    'if-unmodified-since': firstOf(headers['x-amz-copy-source-if-unmodified-since']),
  };
  const validators = { etag: found.content.etag, modifiedAtMs: Date.parse(found.modifiedAt) };
  if (judgeRead(conditions, validators) !== 'proceed') throw new S3Error('PreconditionFailed');
  return found;
}

interface CopiedBytes {
  /** Inclusive. */
  from: number;
  /** Exclusive. */
  to: number;
  declared: MultipartUpload['checksum'];
}

type StoredPart = Omit<Parameters<S3Tools['master']['multipart']['putPart']>[1], 'name' | 'upload' | 'part'>;

async function copyBytes(
  tools: S3Tools,
  { asker, exchange }: S3Request,
  found: FoundObject,
  { from, to, declared }: CopiedBytes,
  put: (stored: StoredPart) => Promise<{ modifiedAt: string }>,
): Promise<{ digests: S3Digests; modifiedAt: string }> {
  const running = new BodyDigests(declared ? ['MD5', declared.algorithm] : ['MD5']);
  const { inline } = found.content;
  const lookAgain = () => tools.master.lookup(asker, found.name, found.versionId);
  await using stream = new ObjectStream({
    read: async (sink, signal) => {
      if (inline) await sink(Buffer.from(inline.subarray(from, to)));
      else if (to > from) await readObject(tools, { found, from, to, sink, signal, lookAgain });
    },
    onPiece: (piece) => running.update(piece),
  });
  return await storeBody(
    tools,
    {
      stream,
      size: to - from,
      endsItself: true,
      mayRideInCommit: false,
      digest: () => digestsOf(running, declared),
      signal: exchange.signal,
    },
    async ({ size, digest, extents, chunks }) => {
      const checksum = digest.checksum && { checksum: digest.checksum.value };
      const { modifiedAt } = await put({ size, etag: digest.md5, ...checksum, extents, chunks });
      return { digests: digest, modifiedAt };
    },
  );
}

function digestsOf(running: BodyDigests, declared: MultipartUpload['checksum']): S3Digests {
  const digests = running.finish();
  const calculated = (name: DigestName, encoding: BufferEncoding): string => {
    const digest = digests.get(name);
    if (!digest) throw new Error(`The ${name} of a copied part was not calculated.`);
    return digest.toString(encoding);
  };
  const { algorithm } = declared ?? {};
  return {
    md5: calculated('MD5', 'hex'),
    checksum: algorithm && { algorithm, value: calculated(algorithm, 'base64') },
  };
}

interface SourceRange {
  text: string;
  first: number;
  last: number;
}

/** `bytes=first-last`, both of them (UploadPartCopy, "x-amz-copy-source-range"). @throws S3Error InvalidArgument */
export function parseSourceRange(header: string | undefined): SourceRange | undefined {
  if (header === undefined) return undefined;
  const match = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header);
  const [first, last] = [Number(match?.[1]), Number(match?.[2])];
  if (match && first <= last) return { text: header, first, last };
  throw invalidArgument(
    'x-amz-copy-source-range',
    header,
    'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
  );
}

/** Inclusive and exclusive. @throws S3Error InvalidRange, EntityTooLarge */
export function sourceBytes(range: SourceRange | undefined, size: number): [from: number, to: number] {
  const [from, to] = range ? [range.first, range.last + 1] : [0, size];
  if (to > size) {
    throw new S3Error('InvalidRange', {
      message: `Range specified is not valid for source object of size: ${size}`,
      elements: { RangeRequested: range?.text ?? '', ActualObjectSize: String(size) },
    });
  }
  if (to - from > MAX_PUT_BYTES) throw entityTooLarge(to - from);
  return [from, to];
}
