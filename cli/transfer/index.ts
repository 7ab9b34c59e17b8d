export { contentTypeOf } from './content-type.ts';
export { downloadFile, downloadStream } from './download.ts';
export { type LocalFile, localFile, walkFolder } from './local-files.ts';
export { runAll } from './run-all.ts';
export { nameInTarget, remoteTarget, safeLocalPath } from './target-name.ts';
export { uploadStates } from './tus-upload.ts';
export { uploadFile, uploadStream, verifyUpload } from './upload.ts';
