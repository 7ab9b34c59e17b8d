import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Connection } from '../client/index.ts';
import { defineCommand, type Invocation, type OptionDefinitions } from '../command/command.ts';
import { UsageError } from '../command/exit-code.ts';
import { describeError } from '../command/report-error.ts';
import { formatRemotePath, type ObjectAddress, parseRemotePath } from '../remote/remote-path.ts';
import { formatSize } from '../terminal/quantity.ts';
import { printable } from '../terminal/table.ts';
import {
  contentTypeOf,
  type LocalFile,
  localFile,
  nameInTarget,
  remoteTarget,
  runAll,
  uploadFile,
  uploadStates,
  uploadStream,
  verifyUpload,
  walkFolder,
} from '../transfer/index.ts';
import { PARALLEL_TRANSFERS, preconditionHeaders, WRITE_OPTIONS } from './write-options.ts';

const options = {
  recursive: { type: 'boolean', short: 'r', description: 'folders with everything below them' },
  ...WRITE_OPTIONS,
  'content-type': { type: 'string', value: 'TYPE', description: 'content type (default: by the name)' },
  verify: { type: 'boolean', description: 'read every object back and compare SHA-256' },
} as const satisfies OptionDefinitions;

type PutInvocation = Invocation<typeof options>;

export const put = defineCommand({
  name: 'put',
  summary: 'upload files, folders or standard input',
  usage: 'LOCAL… REMOTE',
  description: [
    'A remote path that is a bucket or ends in a slash is a folder to put into; otherwise it is the new name itself, ' +
      'as with cp. “folder/.” means what is in the folder. “-” is standard input.',
    'A file over 8 MiB is sent resumably: after Ctrl-C or a broken connection, the same command goes on where it was. ' +
      'Four files go at a time. Symbolic links in folders are skipped with a note; what cannot be read is reported, the rest is uploaded, ' +
      'and the exit code is 1.',
    'With --json every uploaded file is a line with path, namespace, bucket, key, size, etag and modifiedAt.',
  ],
  options,
  operands: ['local', 'remote'],
  arity: [2, Number.POSITIVE_INFINITY],
  examples: [
    { command: 'bramble put cat.jpg photos', explanation: 'as photos/cat.jpg' },
    { command: 'bramble put cat.jpg photos/2026/tom.jpg', explanation: 'under another name' },
    { command: 'bramble put -r holiday photos/2026/', explanation: 'a folder, as photos/2026/holiday/…' },
    { command: 'pg_dump shop | bramble put - backups/shop.sql', explanation: 'what another program prints' },
    { command: 'bramble put --no-clobber cat.jpg photos', explanation: 'only if there is none yet' },
  ],
  action: async (invocation) => {
    const { operands, connect, values } = invocation;
    const sources = operands.slice(0, -1);
    const target = parseRemotePath(operands.at(-1) ?? '');
    const { isFolder } = remoteTarget(target.key);
    if (sources.length > 1 && !isFolder)
      throw new UsageError(`Several files need a folder to go to: ${formatRemotePath(target)}/`);
    if (sources.includes('-') && (sources.length > 1 || isFolder)) {
      throw new UsageError('Standard input needs a name of its own: bramble put - BUCKET/KEY');
    }
    if (values['if-match'] !== undefined && (sources.length > 1 || values.recursive)) {
      throw new UsageError('--if-match is about one object.');
    }
    const bramble = await connect();
    const to = await bramble.resolve(target);
    await (sources[0] === '-' ? putStandardInput(bramble, invocation, to) : putAll(bramble, invocation, sources, to));
    return undefined;
  },
});

interface PlannedUpload {
  file: LocalFile;
  to: ObjectAddress;
}

async function putAll(
  bramble: Connection,
  invocation: PutInvocation,
  sources: readonly string[],
  to: ObjectAddress,
): Promise<void> {
  const { output, signal, values } = invocation;
  const problems: unknown[] = [];
  const report = (error: unknown) => output.error(describeError('put', error, false));
  const reports = {
    skipped: (path: string, why: string) => output.note(`skipped ${printable(path)}: ${why}`),
    unreadable: (_path: string, error: unknown) => {
      problems.push(error);
      report(error);
    },
  };
  const plan = async function* (): AsyncGenerator<PlannedUpload> {
    for (const source of sources) {
      if (!(await stat(source)).isDirectory()) {
        const key = nameInTarget(remoteTarget(to.key), basename(source), undefined);
        yield { file: await localFile(source), to: { ...to, key } };
        continue;
      }
      if (!values.recursive) throw new UsageError(`${source} is a folder; use -r to upload what is in it.`);
      const name = /(^|\/)\.\.?\/?$/.test(source) ? '.' : basename(source);
      for await (const file of walkFolder(source, reports)) {
        yield { file, to: { ...to, key: nameInTarget(remoteTarget(to.key), name, file.below) } };
      }
    }
  };
  const isSingle = sources.length === 1 && !values.recursive;
  await uploadStates(bramble.home).sweep(Date.now());
  await runAll(
    plan(),
    {
      parallel: PARALLEL_TRANSFERS,
      signal,
      isSingle,
      found: ({ file }) => output.progress?.expect(file.size),
      failed: (_item, error) => report(error),
      others: problems,
    },
    (item) => putOne(bramble, invocation, item),
  );
}

async function putOne(
  bramble: Connection,
  { values, output }: PutInvocation,
  { file, to }: PlannedUpload,
): Promise<void> {
  const { progress } = output;
  progress?.begin(file.path);
  try {
    const uploaded = await uploadFile(bramble, file, to, {
      contentType: values['content-type'] ?? contentTypeOf(file.path),
      preconditions: preconditionHeaders(values),
      progress,
      resumed: (bytes) => output.note(`going on with ${printable(file.path)} after ${formatSize(bytes)}`),
    });
    const sha256 = values.verify ? await verifyUpload(bramble, file, to) : undefined;
    output.report(
      { path: file.path, ...to, ...uploaded, ...(sha256 !== undefined && { sha256 }) },
      `${printable(formatRemotePath(to))}  ${formatSize(file.size)}${sha256 === undefined ? '' : `  sha256 ${sha256}`}`,
    );
  } finally {
    progress?.end(file.path);
  }
}

async function putStandardInput(
  bramble: Connection,
  { terminal, output, values }: PutInvocation,
  to: ObjectAddress,
): Promise<void> {
  if (values.verify) throw new UsageError('--verify needs a file to compare with; standard input is gone once read.');
  const { progress } = output;
  progress?.expect(undefined);
  progress?.begin(to.key);
  const uploaded = await uploadStream(bramble, terminal.stdin, to, {
    contentType: values['content-type'] ?? contentTypeOf(to.key),
    preconditions: preconditionHeaders(values),
    progress,
    resumed: () => undefined,
  });
  progress?.end(to.key);
  output.report({ path: '-', ...to, ...uploaded }, `${printable(formatRemotePath(to))}  ${formatSize(uploaded.size)}`);
}
