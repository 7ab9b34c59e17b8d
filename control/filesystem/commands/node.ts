import type { Command } from '../../log/index.ts';
import type { Draft } from '../view/draft.ts';
import { nodeKey } from '../view/keys.ts';
import { type NodeRecord, nodeTable } from '../view/records.ts';
import type { FilesystemCommands } from './data.ts';

export function nodeAlive(draft: Draft, { at, data }: Command<FilesystemCommands['node.alive']>): NodeRecord {
  const node: NodeRecord = { node: data.node, zone: data.zone, state: 'alive', sinceMs: at };
  draft.put(nodeTable, nodeKey(data.node), node);
  return node;
}

/** Answers whether it was not dead before. */
export function nodeDead(draft: Draft, { at, data }: Command<FilesystemCommands['node.dead']>): boolean {
  const before = draft.get(nodeTable, nodeKey(data.node));
  if (!before || before.state === 'dead') return false;
  draft.put(nodeTable, nodeKey(data.node), { ...before, state: 'dead', sinceMs: at });
  return true;
}
