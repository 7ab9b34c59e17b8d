/** Plain columns, two spaces apart, without lines: they read well and cut well. */
export interface Column<Row> {
  readonly heading: string;
  readonly align?: 'left' | 'right';
  cell(row: Row): string;
}

export function renderTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const cells = [
    columns.map(({ heading }) => heading),
    // A bramble of another version may leave a field out: better a gap than no table.
    ...rows.map((row) => columns.map((column) => String(column.cell(row) ?? '-'))),
  ];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => displayWidth(line[index] ?? ''))));
  return cells.map((line) =>
    line
      .map((text, index) => {
        const padding = ' '.repeat(Math.max(0, (widths[index] ?? 0) - displayWidth(text)));
        return columns[index]?.align === 'right' ? padding + text : text + padding;
      })
      .join('  ')
      .trimEnd(),
  );
}

const graphemes = new Intl.Segmenter();

/** Columns that `text` takes: wide characters (East Asian, emoji) take two. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += isWide(segment) ? 2 : 1;
  return width;
}

/** The longest end of `text` that fits `width`, with an ellipsis before it when cut. */
export function fitEnd(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (width < 2) return '';
  const parts = [...graphemes.segment(text)].map(({ segment }) => segment);
  while (parts.length > 0 && displayWidth(parts.join('')) > width - 1) parts.shift();
  return `…${parts.join('')}`;
}

function isWide(grapheme: string): boolean {
  return /^(\p{Extended_Pictographic}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\uff01-\uff60])/u.test(
    grapheme,
  );
}

/** Names come from others: what would move the cursor or change colours is shown, not obeyed. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}
