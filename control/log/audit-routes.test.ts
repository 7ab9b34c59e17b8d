import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../common/clock/index.ts';
import { SimulatedDisk } from '../../common/disk/index.ts';
import { Forbidden, toProblem } from '../../common/errors/index.ts';
import { auditRoutes } from './audit-routes.ts';
import { listAudit } from './audit-trail.ts';
import { heightOfSegmentName } from './segment-header.ts';
import { FOLDER, openTestLog } from './test-log.ts';

interface Page {
  items: { requestId: string; time: string; type: string; data?: unknown }[];
  nextCursor: string | null;
}

async function auditOf(entries: number) {
  const disk = new SimulatedDisk();
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const { log } = await openTestLog(disk, { clock, segmentBytes: 3_000 });
  for (let n = 0; n < entries; n++) {
    clock.advance(1_000);
    const actor = { kind: 'user' as const, id: n % 2 ? 'ann' : 'bob' };
    const type = n % 3 ? 'test.do' : 'test.undo';
    await log.append({ type, at: clock.now(), actor, requestId: `r${n}`, data: { secret: 'hidden' } });
  }
  const app = auditRoutes({ log, requireAdministrator: () => undefined });
  app.onError((error, c) => c.json(toProblem(error), toProblem(error).status as 403));
  const get = async (query = '') => (await (await app.request(`/${query}`)).json()) as Page;
  return { disk, log, app, get };
}

const ids = (page: Page) => page.items.map(({ requestId }) => requestId);

describe('the audit trail', () => {
  test('lists newest first, page by page, over segments, to the very first', async () => {
    const { get } = await auditOf(60);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Page = await get(`?limit=7${cursor ? `&cursor=${cursor}` : ''}`);
      expect(page.items.length).toBeLessThanOrEqual(7);
      seen.push(...ids(page));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toEqual(Array.from({ length: 60 }, (_, n) => `r${59 - n}`));
  });

  test('filters by type, domain, actor and time', async () => {
    const { get } = await auditOf(12);
    expect(ids(await get('?type=test.undo'))).toEqual(['r9', 'r6', 'r3', 'r0']);
    expect(ids(await get('?type=test.*&limit=2'))).toEqual(['r11', 'r10']);
    expect(ids(await get('?type=tes.*'))).toEqual([]);
    expect(ids(await get('?actor=ann&type=test.undo'))).toEqual(['r9', 'r3']);
    expect(ids(await get('?since=2026-01-01T00:00:11Z'))).toEqual(['r11', 'r10']);
    expect(ids(await get('?until=2026-01-01T00:00:03Z'))).toEqual(['r1', 'r0']);
  });

  test("never shows a command's data", async () => {
    const { app } = await auditOf(1);
    expect(await (await app.request('/')).text()).not.toContain('hidden');
  });

  test('shows what is picked from a command, and nothing of others', async () => {
    const { log } = await auditOf(3);
    const app = auditRoutes({
      log,
      requireAdministrator: () => undefined,
      detailOf: ({ type }) => (type === 'test.undo' ? { was: 'undone' } : undefined),
    });
    const page = (await (await app.request('/')).json()) as { items: { type: string; detail?: unknown }[] };
    expect(page.items.map(({ type, detail }) => [type, detail])).toEqual([
      ['test.do', undefined],
      ['test.do', undefined],
      ['test.undo', { was: 'undone' }],
    ]);
  });

  test('a page that has looked at enough answers what it has, and where to go on', async () => {
    const { log } = await auditOf(20);
    const first = await listAudit(log, { limit: 5, type: 'test.none' }, { lookAt: 8 });
    expect(first).toEqual({ items: [], next: [13, 0] });
    const second = await listAudit(log, { limit: 5, type: 'test.none', after: first.next ?? [0, 0] });
    expect(second.next).toBeUndefined();
  });

  test('refuses whoever is no administrator, and a cursor that is none', async () => {
    const { log, app } = await auditOf(1);
    const closed = auditRoutes({
      log,
      requireAdministrator: () => {
        throw new Forbidden('Only administrators read the audit trail.');
      },
    });
    closed.onError((error, c) => c.json(toProblem(error), toProblem(error).status as 403));
    expect((await closed.request('/')).status).toBe(403);
    expect((await closed.request('/verify', { method: 'POST' })).status).toBe(403);
    expect((await app.request('/?cursor=nonsense')).status).toBe(400);
    expect((await app.request('/?since=yesterday')).status).toBe(400);
  });

  test('verifying says that all is right, or where the log was changed', async () => {
    const { app, disk } = await auditOf(40);
    const verify = async () => (await app.request('/verify', { method: 'POST' })).json();
    expect(await verify()).toMatchObject({
      ok: true,
      entries: 40,
      head: { height: 40, time: '2026-01-01T00:00:40.000Z' },
    });
    const names = (await disk.list(FOLDER)).map(({ name }) => name).filter((name) => heightOfSegmentName(name));
    const path = `${FOLDER}/${names.sort()[1]}`;
    disk.flipBit(path, 1_000, 3);
    expect(await verify()).toMatchObject({ ok: false, problem: { file: path } });
  });
});
