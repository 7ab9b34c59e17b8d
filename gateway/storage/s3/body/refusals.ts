/** Why a body is refused, in S3's codes and words. */
import { S3Error, type S3ErrorCode } from '../errors/index.ts';

export function bodyCut(): S3Error {
  return refused('IncompleteBody', 'The request body terminated unexpectedly');
}

export function bodyLengthWrong(header: string): S3Error {
  return refused('IncompleteBody', `You did not provide the number of bytes specified by the ${header} HTTP header`);
}

export function chunkMalformed(why: string): S3Error {
  return refused('InvalidRequest', `The body is not well-formed aws-chunked content: ${why}.`);
}

export function chunkSignatureWrong(provided: string, stringToSign: string): S3Error {
  return refused(
    'SignatureDoesNotMatch',
    'The chunk signature we calculated does not match the signature you provided. Check your key and signing method.',
    { StringToSign: stringToSign, SignatureProvided: provided },
  );
}

export function trailerMalformed(why: string): S3Error {
  return refused(
    'MalformedTrailerError',
    `The request contained trailing data that was not well-formed or did not conform to our published schema: ${why}.`,
  );
}

export function decodedLengthMissing(): S3Error {
  return refused('MissingContentLength', 'You must provide the x-amz-decoded-content-length HTTP header.');
}

export function lengthMalformed(name: string, value: string): S3Error {
  return refused('InvalidArgument', `The value of the ${name} HTTP header is no number of bytes.`, {
    ArgumentName: name,
    ArgumentValue: value,
  });
}

export function md5Malformed(value: string): S3Error {
  return refused('InvalidDigest', 'The Content-MD5 you specified was invalid.', { 'Content-MD5': value });
}

export function md5Wrong(expected: string, calculated: string): S3Error {
  return refused('BadDigest', 'The Content-MD5 you specified did not match what we received.', {
    ExpectedDigest: expected,
    CalculatedDigest: calculated,
  });
}

/** What is no checksum is not that of the body either: so Ceph says it, whose word for it suites go by; S3 says InvalidRequest. */
export function checksumMalformed(header: string): S3Error {
  return refused('BadDigest', `Value for ${header} header is invalid.`);
}

export function algorithmUnknown(): S3Error {
  return refused('InvalidRequest', 'Value for x-amz-sdk-checksum-algorithm header is invalid.');
}

export function checksumWrong(algorithm: string): S3Error {
  return refused('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
}

export function severalChecksums(): S3Error {
  return refused(
    'InvalidRequest',
    'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
  );
}

export function checksumMissing(): S3Error {
  return refused(
    'InvalidRequest',
    'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
  );
}

export function trailerUnsupported(): S3Error {
  return refused('InvalidRequest', 'The value specified in the x-amz-trailer header is not supported');
}

export function trailerWithoutChunks(): S3Error {
  return refused(
    'InvalidRequest',
    'x-amz-trailer needs an x-amz-content-sha256 that announces trailing headers: STREAMING-UNSIGNED-PAYLOAD-TRAILER or STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER.',
  );
}

export function payloadHashWrong(expected: string, calculated: string): S3Error {
  return refused(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    { ClientComputedContentSHA256: expected, S3ComputedContentSHA256: calculated },
  );
}

function refused(code: S3ErrorCode, message: string, elements: Record<string, string> = {}): S3Error {
  return new S3Error(code, { message, elements });
}
