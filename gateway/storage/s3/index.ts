export { type S3DoorSettings, s3Doors } from './s3-doors.ts';
