import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{bench,chunkserver,cli,common,control,docs,gateway,test}/**/*.test.ts'],
    // Whole-system tests start processes of their own: two files at a time leave a core for those.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
