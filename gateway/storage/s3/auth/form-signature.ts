/** The signature of a browser's form ("POST Policy", Amazon S3 API Reference): the string that is signed is the policy itself. */
import { parseAmzDate } from './amz-date.ts';
import { ALGORITHM } from './authorization-header.ts';
import { formFieldMissing, formFieldWrong, signatureVersionRefused } from './refusals.ts';

/** A form's field by its name in lower case. */
export type FormFields = (name: string) => string | undefined;

export interface FormSignature {
  /** In base64, as sent. */
  policy: string;
  credential: string;
  amzDate: string;
  /** Lower-case hex. */
  signature: string;
}

/**
 * Undefined when nothing of a signature is there.
 * @throws S3Error when only some of it is, or it is of Signature Version 2.
 */
export function readFormSignature(field: FormFields): FormSignature | undefined {
  if (field('awsaccesskeyid') !== undefined || field('signature') !== undefined) throw signatureVersionRefused();
  const algorithm = field('x-amz-algorithm');
  const names = ['policy', 'x-amz-credential', 'x-amz-date', 'x-amz-signature'] as const;
  if (algorithm === undefined && names.every((name) => field(name) === undefined)) return undefined;
  if (algorithm !== undefined && algorithm !== ALGORITHM) throw signatureVersionRefused();
  const [policy, credential, amzDate, signature] = names.map((name) => {
    const value = field(name);
    if (value === undefined) throw formFieldMissing(name);
    return value;
  }) as [string, string, string, string];
  if (algorithm === undefined) throw formFieldMissing('x-amz-algorithm');
  if (parseAmzDate(amzDate) === undefined) throw formFieldWrong('x-amz-date', amzDate);
  return { policy, credential, amzDate, signature: signature.toLowerCase() };
}
