import { expect, test } from 'vitest';
import { ManualClock } from '../../../common/clock/index.ts';
import type { BucketRules } from '../../../common/filesystem/index.ts';
import { BucketRulesCache } from './bucket-rules.ts';

const about = { requestId: 'r', remoteAddress: '192.0.2.1' };
const rulesOf = (visibility: BucketRules['visibility']): BucketRules => ({ namespace: 'ada', bucket: 'b', visibility });

test('what was asked before a change is not remembered after it', async () => {
  const asked: PromiseWithResolvers<BucketRules>[] = [];
  const rules = () => {
    const question = Promise.withResolvers<BucketRules>();
    asked.push(question);
    return question.promise;
  };
  const cache = new BucketRulesCache({ rules }, new ManualClock());
  const early = cache.of('b', about);
  cache.forget('b');
  asked[0]?.resolve(rulesOf('public'));
  await early;
  const late = cache.of('b', about);
  asked[1]?.resolve(rulesOf('private'));
  expect(await late).toEqual(rulesOf('private'));
  expect(await cache.of('b', about)).toEqual(rulesOf('private'));
  expect(asked).toHaveLength(2);
});
