/** Properties are tried with the same values at every run; another BRAMBLE_TEST_SEED tries others. */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.BRAMBLE_TEST_SEED ?? 20_261_121) });
