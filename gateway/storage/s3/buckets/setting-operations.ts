/** Get, put and delete of one of a bucket's settings: they are alike but for what is read and written. */
import type { BucketSetting, BucketSettings } from '../../../../common/filesystem/index.ts';
import { answerEmpty, answerXml } from '../answer.ts';
import { S3Error, type S3ErrorCode } from '../errors/index.ts';
import { readDocumentBytes } from '../read-body.ts';
import { s3Bucket } from '../s3-address.ts';
import type { Operation, S3Request, S3Tools } from '../s3-request.ts';
import type { XmlContent } from '../xml/index.ts';

export type SettingValue<Name extends BucketSetting> = NonNullable<BucketSettings[Name]>;

export interface SettingForm<Name extends BucketSetting> {
  setting: Name;
  /** Of the document that GET answers. */
  root: string;
  write(value: SettingValue<Name>): XmlContent;
  /** From what PUT sends; null when that means that there is none. @throws S3Error */
  read(bytes: Buffer, tools: S3Tools): SettingValue<Name> | null;
  /** What GET says without one: S3's code, or an empty document. */
  absent: S3ErrorCode | 'empty';
  /** Of PUT; 200 unless told. */
  putStatus?: 204;
}

export interface SettingOperations {
  get: Operation;
  put: Operation;
  remove: Operation;
}

export function settingOperations<Name extends BucketSetting>(form: SettingForm<Name>): SettingOperations {
  return {
    get: async (tools, request) => {
      const value = await settingOf(tools, request, form.setting);
      if (value === undefined && form.absent !== 'empty') throw new S3Error(form.absent);
      await answerXml(request, form.root, value === undefined ? '' : form.write(value));
    },
    put: async (tools, request) => {
      const bytes = await readDocumentBytes(request);
      if (bytes.length === 0) throw new S3Error('MissingRequestBodyError');
      await configure(tools, request, form.setting, form.read(bytes, tools));
      await answerEmpty(request, { status: form.putStatus ?? 200 });
    },
    remove: async (tools, request) => {
      await configure(tools, request, form.setting, null);
      await answerEmpty(request, { status: 204 });
    },
  };
}

export async function settingOf<Name extends BucketSetting>(
  tools: S3Tools,
  { asker, bucket }: S3Request,
  setting: Name,
): Promise<SettingValue<Name> | undefined> {
  const value = await tools.master.buckets.setting(asker, s3Bucket(bucket), setting);
  return (value ?? undefined) as SettingValue<Name> | undefined;
}

/** What is set is obeyed by this gateway at once, by others within seconds. */
export async function configure<Name extends BucketSetting>(
  tools: S3Tools,
  { asker, bucket }: S3Request,
  setting: Name,
  value: BucketSettings[Name] | null,
): Promise<void> {
  await tools.master.buckets.configure(asker, s3Bucket(bucket), setting, value);
  tools.s3.rules.forget(bucket);
}
