import { expect, test } from 'vitest';
import { createLogger } from './index.ts';

/** What is written while `work` logs, parsed line by line. */
function linesOf(work: (logger: ReturnType<typeof createLogger>) => void, level: 'info' | 'warn' = 'info') {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  work(createLogger({ process: 'gateway', level, fields: { node: 'node-1' } }, destination));
  return lines;
}

test('a line says when, how severe, which process of which node, and for which request', () => {
  const [line] = linesOf((logger) => logger.child({ requestId: 'r-1' }).warn({ status: 503 }, 'refused'));
  expect(line).toMatchObject({
    level: 'warn',
    process: 'gateway',
    node: 'node-1',
    requestId: 'r-1',
    status: 503,
    msg: 'refused',
  });
  expect(new Date(String(line?.time)).toISOString()).toBe(line?.time);
});

test('lines below the level are not written', () => {
  expect(linesOf((logger) => logger.info('nothing'), 'warn')).toEqual([]);
});

test.each(['password', 'oldPassword', 'newPassword', 'oneTimePassword', 'token', 'authorization', 'cookie', 'secret'])(
  '%s is blanked, however deep it stands',
  (name) => {
    const lines = linesOf((logger) => {
      logger.info({ [name]: 'hunter2' });
      logger.info({ body: { [name]: 'hunter2' } });
      logger.info({ request: { headers: { [name]: 'hunter2' } } });
    });
    expect(lines).toHaveLength(3);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  },
);
