import type { Draft } from '../view/draft.ts';
import { TOTALS_KEY } from '../view/keys.ts';
import { NO_TOTALS, type Totals, totalsTable } from '../view/records.ts';

export function readTotals(draft: Draft): Totals {
  return draft.get(totalsTable, TOTALS_KEY) ?? NO_TOTALS;
}

export function addToTotals(draft: Draft, changes: Partial<Totals>): void {
  const totals = { ...readTotals(draft) };
  for (const [name, change] of Object.entries(changes)) totals[name as keyof Totals] += change;
  draft.put(totalsTable, TOTALS_KEY, totals);
}
