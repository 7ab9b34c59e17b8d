/** Who is measured by S3 requests: ourselves and our peers. */
export interface S3Peer extends AsyncDisposable {
  name: string;
  /** `http://127.0.0.1:<port>`, path style. */
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
}
