/** What transfers tell of their progress; the terminal's progress line is one listener. */
export interface TransferProgress {
  expect(bytes: number | undefined): void;
  begin(name: string): void;
  /** Bytes over the wire; negative when some have to be sent again. */
  advance(bytes: number): void;
  /** Bytes that were there already. */
  skip(bytes: number): void;
  end(name: string): void;
}
