/** `bramble …`. Node's version was checked by the shell script beside package.json: an older one cannot read this. */
import module from 'node:module';
import { join } from 'node:path';
import { SOURCES } from './launch.ts';

// Deno keeps compiled code by itself.
module.enableCompileCache?.(join(SOURCES, 'node_modules', '.cache', 'bramble'));
const { dispatch, reportFailure } = await import('./dispatch.ts');
process.exitCode = await dispatch(process.argv.slice(2)).catch(reportFailure);
