/** Remote paths for completion: one request, answered within the patience of someone who has pressed Tab. */
import type { Connection } from '../client/index.ts';
import { withQuery } from '../client/index.ts';
import type { Bucket } from '../remote/listing.ts';
import type { Candidate } from './complete.ts';

const MOST = '200';

export async function remoteCandidates(bramble: Connection, prefix: string): Promise<Candidate[]> {
  const slash = prefix.indexOf('/');
  const place = slash === -1 ? prefix : prefix.slice(0, slash);
  const colon = place.indexOf(':');
  const namespace = colon === -1 ? await bramble.namespace() : place.slice(0, colon);
  const shown = colon === -1 ? '' : `${namespace}:`;
  if (slash === -1) {
    const query = { namespace, limit: MOST };
    const { items } = await bramble.json<{ items: Bucket[] }>('GET', withQuery('/api/storage/buckets', query));
    return items.map(({ name }) => ({ word: `${shown}${name}/`, description: 'bucket' }));
  }
  const bucket = place.slice(colon + 1);
  const typed = prefix.slice(slash + 1);
  const path = `/api/storage/objects/${encodeURIComponent(namespace)}/${encodeURIComponent(bucket)}`;
  const page = await bramble.json<{ items: { key: string }[]; prefixes: string[] }>(
    'GET',
    withQuery(path, { ...(typed !== '' && { prefix: typed }), delimiter: '/', limit: MOST }),
  );
  const start = `${shown}${bucket}/`;
  const found = [
    ...page.prefixes.map((folder) => ({ word: start + folder, description: 'folder' })),
    ...page.items.map(({ key }) => ({ word: start + key, description: 'object' })),
  ];
  // One candidate a line: names with control characters cannot be offered.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return found.filter(({ word }) => !/[\u0000-\u001f\u007f]/.test(word));
}
