import { expect, test } from 'vitest';
import { readableLogLine } from './log-line.ts';

test('a JSON line is shown as time, level, process, message and the rest', () => {
  const line = JSON.stringify({
    level: 'warn',
    time: '2026-01-02T03:04:05.678Z',
    process: 'x',
    msg: 'slow',
    ms: 12,
    by: 'disk',
  });
  expect(readableLogLine('control', line)).toBe('03:04:05.678 warn  control        slow ms=12 by=disk');
});

test.each(['plain words', '{"cut', ''])('a line that is not JSON is shown as it is: %j', (line) => {
  expect(readableLogLine('gateway', line)).toBe(`gateway        ${line}`);
});
