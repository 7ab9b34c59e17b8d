export type { S3ErrorCode } from './codes.ts';
export { type ErrorContext, errorDocument } from './error-document.ts';
export { toS3Error } from './from-app-error.ts';
export { invalidArgument, S3Error, type S3ErrorOptions } from './s3-error.ts';
