/** GetBucketVersioning, PutBucketVersioning. */
import { S3Error } from '../errors/index.ts';
import { element, maybe, node, oneOf, readDocument } from '../xml/index.ts';
import { settingOperations } from './setting-operations.ts';

const STATES = ['Enabled', 'Suspended'] as const;
const configuration = node({ Status: maybe(oneOf(STATES)), MfaDelete: maybe(oneOf(['Enabled', 'Disabled'])) });

/** A bucket that never kept versions has no status; it can not go back to that. */
export const versioning = settingOperations({
  setting: 'versioning',
  root: 'VersioningConfiguration',
  absent: 'empty',
  write: (status) => element('Status', status),
  read: (bytes) => {
    const { Status: status, MfaDelete: mfaDelete } = readDocument(bytes, 'VersioningConfiguration', configuration);
    if (mfaDelete === 'Enabled') throw new S3Error('NotImplemented', { message: 'MFA Delete is not implemented.' });
    if (!status) throw new S3Error('IllegalVersioningConfigurationException');
    return status;
  },
});
