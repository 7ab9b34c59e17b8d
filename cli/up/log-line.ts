/** A JSON line of a process's log as a person reads it: time, level, process, message, and what else it says. */
const SHOWN_ELSEWHERE = ['time', 'level', 'process', 'msg', 'node', 'pid', 'hostname'];

export function readableLogLine(process: string, line: string): string {
  const entry = parseEntry(line);
  if (!entry) return `${process.padEnd(14)} ${line}`;
  const rest = Object.entries(entry)
    .filter(([key]) => !SHOWN_ELSEWHERE.includes(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const time = typeof entry.time === 'string' ? entry.time.slice(11, 23) : '';
  return [time, String(entry.level ?? '').padEnd(5), process.padEnd(14), String(entry.msg ?? ''), ...rest].join(' ');
}

function parseEntry(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
