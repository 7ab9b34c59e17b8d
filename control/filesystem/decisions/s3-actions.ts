/** The actions by which S3 names what is done (Service Authorization Reference, "Actions defined by Amazon S3"), and what each needs here. */
import type { StorageUse } from '../../api/index.ts';

interface ActionRule {
  /** What a role must allow. */
  need: 'read' | 'write' | 'administer';
  /** What an access key's own limit must leave. */
  verb: StorageUse['verb'];
  /** From which visibility on everyone may. */
  open?: 'unlisted' | 'public';
}

const readObject: ActionRule = { need: 'read', verb: 'read' };
const writeObject: ActionRule = { need: 'write', verb: 'write' };
const removeObject: ActionRule = { need: 'write', verb: 'delete' };
const list: ActionRule = { need: 'read', verb: 'list' };
const inspect: ActionRule = { need: 'read', verb: 'inspect' };
const configure: ActionRule = { need: 'administer', verb: 'configure' };

const ACTIONS = {
  's3:GetObject': { ...readObject, open: 'unlisted' },
  's3:GetObjectVersion': { ...readObject, open: 'unlisted' },
  's3:GetObjectAttributes': { ...readObject, open: 'unlisted' },
  's3:GetObjectVersionAttributes': { ...readObject, open: 'unlisted' },
  's3:GetObjectTagging': readObject,
  's3:GetObjectVersionTagging': readObject,
  's3:GetObjectAcl': readObject,
  's3:GetObjectVersionAcl': readObject,
  's3:PutObject': writeObject,
  's3:PutObjectTagging': writeObject,
  's3:PutObjectVersionTagging': writeObject,
  's3:PutObjectAcl': writeObject,
  's3:PutObjectVersionAcl': writeObject,
  's3:DeleteObject': removeObject,
  's3:DeleteObjectVersion': removeObject,
  's3:DeleteObjectTagging': writeObject,
  's3:DeleteObjectVersionTagging': writeObject,
  's3:AbortMultipartUpload': writeObject,
  's3:ListMultipartUploadParts': readObject,
  's3:ListBucket': { ...list, open: 'public' },
  's3:ListBucketVersions': { ...list, open: 'public' },
  's3:ListBucketMultipartUploads': list,
  's3:ListAllMyBuckets': inspect,
  's3:CreateBucket': configure,
  's3:DeleteBucket': configure,
  's3:GetBucketLocation': inspect,
  's3:GetBucketAcl': inspect,
  's3:PutBucketAcl': configure,
  's3:GetBucketVersioning': inspect,
  's3:PutBucketVersioning': configure,
  's3:GetBucketTagging': inspect,
  's3:PutBucketTagging': configure,
  's3:GetBucketCORS': inspect,
  's3:PutBucketCORS': configure,
  's3:GetLifecycleConfiguration': inspect,
  's3:PutLifecycleConfiguration': configure,
  's3:GetBucketPolicy': inspect,
  's3:GetBucketPolicyStatus': inspect,
  's3:PutBucketPolicy': configure,
  's3:DeleteBucketPolicy': configure,
  's3:GetBucketWebsite': inspect,
  's3:PutBucketWebsite': configure,
  's3:DeleteBucketWebsite': configure,
  's3:GetBucketNotification': inspect,
  's3:PutBucketNotification': configure,
  's3:GetBucketOwnershipControls': inspect,
  's3:PutBucketOwnershipControls': configure,
} as const satisfies Record<string, ActionRule>;

export type S3Action = keyof typeof ACTIONS;
export const S3_ACTIONS: Record<S3Action, ActionRule> = ACTIONS;

/** Who may administer the bucket's namespace keeps these whatever a policy says: nobody locks themselves out. */
export const NEVER_DENIED_TO_OWNERS: readonly S3Action[] = [
  's3:GetBucketPolicy',
  's3:PutBucketPolicy',
  's3:DeleteBucketPolicy',
];
