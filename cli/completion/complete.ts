/** What could stand at the cursor, decided from the commands' own definitions. Only remote paths need the network. */
import type { Command, Completion, OptionDefinition } from '../command/command.ts';

export interface Candidate {
  readonly word: string;
  readonly description: string;
}

export interface Candidates {
  readonly candidates: readonly Candidate[];
  /** `files`: local ones too. `open`: the word may go on after the candidate. */
  readonly directive: 'done' | 'files' | 'open';
}

export interface CompletionSources {
  commands(): Promise<readonly Candidate[]>;
  /** Undefined when there is none of the name. */
  load(name: string): Promise<Command | undefined>;
  profiles(): Promise<readonly string[]>;
  /** Namespaces, buckets, folders and objects that begin with `prefix`. */
  remotePaths(prefix: string, options: { profile?: string; namespace?: string }): Promise<readonly Candidate[]>;
}

/** @param words what stands before the cursor, without `bramble`; the last may be empty or unfinished. */
export async function complete(words: readonly string[], sources: CompletionSources): Promise<Candidates> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const [first, ...rest] = before;
  if (first === undefined) return among(await sources.commands(), current);
  if (first === 'help') return rest.length === 0 ? among(await sources.commands(), current) : NOTHING;
  const top = await sources.load(first);
  if (!top) return { ...NOTHING, directive: 'files' };
  const { command, args } = descend(top, rest);
  const typed = readTyped(command, args);
  if (typed.expects) return valuesOf(typed.expects.completion ?? 'none', current, typed.options, sources);
  if (current.startsWith('-') && !typed.onlyOperands && current !== '-') return optionsOf(command, current);
  const subcommands = args.length === 0 ? Object.entries(command.subcommands) : [];
  const names = subcommands.map(([word, { summary }]) => ({ word, description: summary }));
  const operand = command.operands[Math.min(typed.operands, command.operands.length - 1)] ?? 'none';
  const values = await valuesOf(operandKind(command, operand, typed.operands), current, typed.options, sources);
  return { ...values, candidates: [...among(names, current).candidates, ...values.candidates] };
}

const NOTHING: Candidates = { candidates: [], directive: 'done' };

/** Where local paths end and the remote one begins cannot be known while typing: `put` offers both after the first. */
function operandKind(command: Command, operand: Completion, index: number): Completion | 'both' {
  const isMixed = command.operands.includes('local') && command.operands.includes('remote');
  return isMixed && index > 0 ? 'both' : operand;
}

function descend(top: Command, words: readonly string[]): { command: Command; args: readonly string[] } {
  const [next, ...rest] = words;
  const inner = next === undefined ? undefined : top.subcommands[next];
  return inner ? descend(inner, rest) : { command: top, args: words };
}

interface Typed {
  operands: number;
  options: { profile?: string; namespace?: string };
  /** The option whose value comes next. */
  expects: OptionDefinition | undefined;
  /** After `--`. */
  onlyOperands: boolean;
}

function readTyped(command: Command, args: readonly string[]): Typed {
  const typed: Typed = { operands: 0, options: {}, expects: undefined, onlyOperands: false };
  let waiting: string | undefined;
  for (const word of args) {
    if (waiting !== undefined) {
      if (waiting === 'profile' || waiting === 'namespace') typed.options[waiting] = word;
      waiting = undefined;
    } else if (word === '--') typed.onlyOperands = true;
    else if (typed.onlyOperands || word === '-' || !word.startsWith('-')) typed.operands += 1;
    else if (!word.includes('=')) {
      const name = optionName(command, word);
      if (name !== undefined && command.options[name]?.type === 'string') waiting = name;
    }
  }
  typed.expects = waiting === undefined ? undefined : command.options[waiting];
  return typed;
}

function optionName(command: Command, word: string): string | undefined {
  if (word.startsWith('--')) return word.slice(2);
  return Object.entries(command.options).find(([, { short }]) => short === word.at(-1))?.[0];
}

function optionsOf(command: Command, current: string): Candidates {
  const all = Object.entries(command.options).map(([name, { description }]) => ({ word: `--${name}`, description }));
  return among(all, current);
}

async function valuesOf(
  kind: Completion | 'both',
  current: string,
  options: Typed['options'],
  sources: CompletionSources,
): Promise<Candidates> {
  if (typeof kind !== 'string')
    return among(
      kind.map((word) => ({ word, description: '' })),
      current,
    );
  switch (kind) {
    case 'none':
      return NOTHING;
    case 'local':
      return { candidates: [], directive: 'files' };
    case 'profile':
      return among(
        (await sources.profiles()).map((word) => ({ word, description: '' })),
        current,
      );
    case 'command':
      return among(await sources.commands(), current);
    case 'both':
    case 'remote': {
      const { candidates } = among(await sources.remotePaths(current, options), current);
      return { candidates, directive: kind === 'both' ? 'files' : 'open' };
    }
  }
}

function among(all: readonly Candidate[], current: string): Candidates {
  return { candidates: all.filter(({ word }) => word.startsWith(current)), directive: 'done' };
}
