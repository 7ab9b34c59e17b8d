/** What a benchmark says: rows of a figure beside its peer's, measured in the same run, medians with their spread. */

export interface Figure {
  /** Median of the rounds. */
  median: number;
  min: number;
  max: number;
}

export interface Row {
  what: string;
  unit: string;
  ours: Figure;
  /** The peer, and what it reached in the same run. */
  peer?: { name: string; figure: Figure };
  /** The ratio to the peer that is wanted. */
  goal?: number;
}

export interface Benchmark {
  name: string;
  /** One line for the list. */
  summary: string;
  run(): Promise<Row[]>;
}

export function figure(samples: readonly number[]): Figure {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  return { median, min: at(0), max: at(sorted.length - 1) };
}

/** Ours over the peer's, when there is one. */
export function ratio(row: Row): number | undefined {
  return row.peer && row.ours.median / row.peer.figure.median;
}

export function formatRow(row: Row): string[] {
  const share = ratio(row);
  return [
    row.what,
    formatFigure(row.ours, row.unit),
    row.peer ? `${row.peer.name}: ${formatFigure(row.peer.figure, row.unit)}` : '',
    share === undefined ? '' : `${share.toFixed(2)} ×`,
    row.goal === undefined ? '' : `≥ ${row.goal} ×${share !== undefined && share >= row.goal ? ' ✓' : ' ✗'}`,
  ];
}

function formatFigure({ median, min, max }: Figure, unit: string): string {
  const round = (value: number) => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3));
  return `${round(median)} ${unit} (${round(min)}–${round(max)})`;
}
