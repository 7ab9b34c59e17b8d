import { describe, expect, test } from 'vitest';
import { problemOfNotification } from './notification-check.ts';

type Rule = Parameters<typeof problemOfNotification>[0][number];

const HOOK = 'arn:bramble:sqs::hook:webhook';
const OTHER = 'arn:bramble:sqs::other:mqtt';
const arns = new Set([HOOK, OTHER]);
const rule = (changes: Partial<Rule> = {}): Rule => ({
  id: 'one',
  arn: HOOK,
  events: ['s3:ObjectCreated:*'],
  prefix: '',
  suffix: '',
  kind: 'queue',
  ...changes,
});

describe('rules for notifications', () => {
  test.each([
    ['none', []],
    ['one', [rule()]],
    ['every event', [rule({ events: ['s3:*'] })]],
    ['other events', [rule(), rule({ id: 'two', events: ['s3:ObjectRemoved:Delete'] })]],
    ['other prefixes', [rule({ prefix: 'a/' }), rule({ id: 'two', prefix: 'b/', arn: OTHER })]],
    ['other suffixes', [rule({ suffix: '.jpg' }), rule({ id: 'two', suffix: '.png' })]],
  ])('%s is right', (_name, rules) => {
    expect(problemOfNotification(rules, arns)).toBeUndefined();
  });

  test.each([
    ['an unknown event', [rule({ events: ['s3:ObjectCreated:Put', 's3:ObjectRestore:*'] })], 'not supported'],
    ['no event at all', [rule({ events: ['ObjectCreated:Put'] })], 'not supported'],
    ['an unknown target', [rule({ arn: 'arn:aws:sqs:us-east-1:1:queue' })], 'Unable to validate'],
    ['an id twice', [rule({ prefix: 'a' }), rule({ prefix: 'b' })], 'Same ID'],
    ['the same twice', [rule(), rule({ id: 'two', arn: OTHER })], 'overlap'],
    ['a prefix in another', [rule({ prefix: 'a/' }), rule({ id: 'two', prefix: 'a/b/' })], 'overlap'],
    ['a suffix of another', [rule({ suffix: 'jpg' }), rule({ id: 'two', suffix: '.jpg' })], 'overlap'],
    ['an event of a wildcard', [rule(), rule({ id: 'two', events: ['s3:ObjectCreated:Copy'] })], 'overlap'],
  ])('%s is refused', (_name, rules, words) => {
    expect(problemOfNotification(rules, arns)).toContain(words);
  });
});
