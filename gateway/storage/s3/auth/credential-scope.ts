/** `<access key>/<YYYYMMDD>/<region>/s3/aws4_request`, and whether it fits the time and place it is used at. */

export interface CredentialScope {
  accessKey: string;
  /** `YYYYMMDD`. */
  date: string;
  region: string;
  service: string;
  /** All behind the access key, as it is signed. */
  scope: string;
}

/** Why a credential is not one, in the words in which S3 says it. */
export interface ScopeProblem {
  message: string;
  /** The region that was expected, when another one was named. */
  region?: string;
}

export const TERMINATOR = 'aws4_request';
const SERVICE = 's3';

export function parseCredentialScope(text: string): CredentialScope | ScopeProblem {
  const parts = text.split('/');
  // An access key of others may have slashes in it; the four last parts never have.
  const [date = '', region = '', service = '', terminator = ''] = parts.slice(-4);
  const accessKey = parts.slice(0, -4).join('/');
  if (accessKey === '') {
    return {
      message: 'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    };
  }
  if (!/^\d{8}$/.test(date)) {
    return {
      message: `incorrect date format "${date}". This date in the credential must be in the format "yyyyMMdd".`,
    };
  }
  if (terminator !== TERMINATOR) {
    return { message: `incorrect terminal "${terminator}". This endpoint uses "${TERMINATOR}".` };
  }
  return { accessKey, date, region, service, scope: `${date}/${region}/${service}/${terminator}` };
}

/** What is wrong with where a scope is for; undefined when nothing is. */
export function placeProblem(scope: CredentialScope, region: string): ScopeProblem | undefined {
  if (scope.service !== SERVICE) {
    return { message: `incorrect service "${scope.service}". This endpoint belongs to "${SERVICE}".` };
  }
  if (scope.region !== region) {
    return { message: `the region '${scope.region}' is wrong; expecting '${region}'`, region };
  }
  return undefined;
}

/** What is wrong with a scope for a request of `amzDate`; undefined when nothing is. */
export function dateProblem(scope: CredentialScope, amzDate: string): ScopeProblem | undefined {
  const date = amzDate.slice(0, 8);
  if (scope.date === date) return undefined;
  return { message: `Invalid credential date "${scope.date}". This date is not the same as X-Amz-Date: "${date}".` };
}
