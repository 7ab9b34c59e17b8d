import { relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The longest first, whole systems next, so that no worker is left alone with one of them at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const path = relative(import.meta.dirname, moduleId);
      if (path === 'test/crash.test.ts') return 0;
      return path.startsWith('test/') ? 1 : 2;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: ['{bench,chunkserver,cli,common,control,docs,gateway,test}/**/*.test.ts'],
    globalSetup: 'test/shared-bramble.ts',
    setupFiles: ['test/seeded-properties.ts'],
    // Whole-system tests start processes of their own: two files at a time leave a core for those.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    sequence: { sequencer: LongestFirst },
  },
});
