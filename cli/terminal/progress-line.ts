/** The one line that shows how transfers go: a pure function of what is known and of the terminal's width. */
import { formatRemaining, formatSize } from './quantity.ts';
import { displayWidth, fitEnd, printable } from './table.ts';

export interface ProgressState {
  /** What is moving now; the first is shown. */
  readonly names: readonly string[];
  readonly doneBytes: number;
  /** Unknown for stdin. */
  readonly totalBytes: number | undefined;
  readonly doneFiles: number;
  readonly totalFiles: number;
  readonly bytesPerSecond: number;
}

const BAR_WIDTH = 24;
const NARROWEST_BAR = 6;

/** At most `columns` wide; parts are left out from the least important on as it gets narrow. */
export function renderProgress(state: ProgressState, columns: number, color: boolean): string {
  const percent = state.totalBytes === undefined ? undefined : fraction(state.doneBytes, state.totalBytes);
  const essential = percent === undefined ? formatSize(state.doneBytes) : `${Math.floor(percent * 100)}%`.padStart(4);
  const files = state.totalFiles > 1 ? `${state.doneFiles}/${state.totalFiles}` : '';
  const rate = `${formatSize(state.bytesPerSecond)}/s`;
  const remaining =
    percent === undefined || state.totalBytes === undefined
      ? ''
      : `ETA ${formatRemaining((state.totalBytes - state.doneBytes) / state.bytesPerSecond)}`;
  const amount = percent === undefined ? '' : `${formatSize(state.doneBytes)}/${formatSize(state.totalBytes ?? 0)}`;
  const name = printable(state.names[0] ?? '');

  const right: string[] = [];
  let room = columns - essential.length;
  for (const part of [rate, remaining, files, amount]) {
    if (part === '' || part.length + 2 > room) continue;
    right.push(part);
    room -= part.length + 2;
  }
  const barWidth = percent === undefined ? 0 : Math.min(BAR_WIDTH, room - 3);
  const bar = percent === undefined || barWidth < NARROWEST_BAR ? '' : ` ${drawBar(percent, barWidth, color)}`;
  if (bar !== '') room -= barWidth + 1;
  const shownName = room >= 12 ? fitEnd(name, room - 2) : '';
  const line = [`${essential}${bar}`, ...right, ...(shownName === '' ? [] : [shownName])].join('  ');
  return displayWidth(line.replaceAll(COLOR, '')) <= columns ? line : essential.slice(0, Math.max(0, columns));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const COLOR = /\u001b\[\d+m/g;

function drawBar(part: number, width: number, color: boolean): string {
  const full = Math.floor(part * width);
  const bar = '█'.repeat(full);
  const rest = '░'.repeat(width - full);
  return color ? `\u001b[32m${bar}\u001b[2m${rest}\u001b[0m` : bar + rest;
}

function fraction(done: number, total: number): number {
  return total === 0 ? 1 : Math.min(1, Math.max(0, done / total));
}
