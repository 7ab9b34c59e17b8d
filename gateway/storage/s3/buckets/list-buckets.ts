/** ListBuckets. */
import type { ListedBuckets } from '../../../../common/filesystem/index.ts';
import { answerXml } from '../answer.ts';
import { invalidArgument } from '../errors/index.ts';
import type { Operation, S3Request, S3Tools } from '../s3-request.ts';
import { element, optionalElement } from '../xml/index.ts';

const MAX_BUCKETS = 10_000;
/** S3 names have at most 63 characters, so no token is longer. */
const TOKEN = /^[A-Za-z0-9_-]{1,128}$/;

export const listBuckets: Operation = async (tools, request) => {
  const prefix = request.query.get('prefix');
  const { buckets, next, owner } = await list(tools, request, prefix ?? '');
  await answerXml(request, 'ListAllMyBucketsResult', [
    element('Owner', [element('ID', owner.id), element('DisplayName', owner.displayName)]),
    element(
      'Buckets',
      buckets.map(({ name, createdAt }) =>
        element('Bucket', [
          element('Name', name),
          element('CreationDate', createdAt),
          element('BucketRegion', tools.s3.region),
        ]),
      ),
    ),
    optionalElement('Prefix', prefix),
    next === null ? undefined : element('ContinuationToken', Buffer.from(next).toString('base64url')),
  ]);
};

async function list(tools: S3Tools, { asker, query }: S3Request, prefix: string): Promise<ListedBuckets> {
  const limit = limitOf(query.get('max-buckets'));
  const after = afterOf(query.get('continuation-token'));
  const region = query.get('bucket-region');
  // Who is nobody has no buckets; S3 itself sends browsers elsewhere.
  const isNobodys = asker.credential.kind === 'anonymous' || prefix.length > 63;
  if (isNobodys || (region !== undefined && region !== tools.s3.region)) {
    return { buckets: [], next: null, owner: { id: 'anonymous', displayName: 'anonymous' } };
  }
  return await tools.master.buckets.list(asker, { prefix, limit, ...(after !== undefined && { after }) });
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return MAX_BUCKETS;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_BUCKETS) return limit;
  throw invalidArgument('max-buckets', text, `Argument max-buckets must be an integer between 1 and ${MAX_BUCKETS}`);
}

function afterOf(token: string | undefined): string | undefined {
  if (!token) return undefined;
  const name = TOKEN.test(token) ? Buffer.from(token, 'base64url').toString('utf8') : '';
  if (/^[a-z0-9][a-z0-9.-]{1,62}$/.test(name)) return name;
  throw invalidArgument('continuation-token', token, 'The continuation token provided is incorrect');
}
