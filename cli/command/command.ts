/**
 * A command as one definition, from which parsing, help, shell completion and the reference page are made. `run` never
 * throws: it reports what went wrong and answers the exit code.
 */
import { type ParseArgsOptionDescriptor, parseArgs } from 'node:util';
import { Connection, type ConnectionOptions } from '../client/index.ts';
import { Output } from '../terminal/output.ts';
import { parseDurationMs } from '../terminal/quantity.ts';
import { openSystemTerminal, type Terminal } from '../terminal/terminal.ts';
import { EXIT, exitCodeOf, UsageError } from './exit-code.ts';
import { helpText } from './help-text.ts';
import { describeError } from './report-error.ts';

/** What the shell offers for a word. */
export type Completion = 'local' | 'remote' | 'command' | 'profile' | 'none' | readonly string[];

export interface OptionDefinition {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** May be given several times. */
  readonly multiple?: boolean;
  /** What stands for the value in help: `DURATION`. */
  readonly value?: string;
  readonly description: string;
  readonly completion?: Completion;
}
export type OptionDefinitions = Readonly<Record<string, OptionDefinition>>;

export interface CommandSummary {
  /** As typed after `bramble`: `put`, `token create`. */
  readonly name: string;
  /** One line, for lists of commands. */
  readonly summary: string;
  /** What follows the name: `LOCAL… REMOTE`. */
  readonly usage: string;
}

export interface Command extends CommandSummary {
  /** Paragraphs that say how it behaves. */
  readonly description: readonly string[];
  readonly options: OptionDefinitions;
  /** What each operand is, for completion; the last stands for all further ones. */
  readonly operands: readonly Completion[];
  readonly examples: readonly Example[];
  readonly subcommands: Readonly<Record<string, Command>>;
  run(args: readonly string[], terminal?: Terminal): Promise<number>;
}

export interface Example {
  readonly command: string;
  readonly explanation: string;
}

export const COMMON_OPTIONS = {
  namespace: {
    type: 'string',
    short: 'n',
    value: 'NAME',
    description: 'namespace of remote paths that name none (default: your own)',
  },
  profile: {
    type: 'string',
    value: 'NAME',
    description: 'which login to use (default: the one last logged in to)',
    completion: 'profile',
  },
  json: { type: 'boolean', description: 'print JSON: one object a line' },
  quiet: { type: 'boolean', short: 'q', description: 'print no progress and no notes' },
  'retry-for': {
    type: 'string',
    value: 'DURATION',
    description: 'how long to try again when the bramble is busy or unreachable (default: 30s)',
  },
  help: { type: 'boolean', short: 'h', description: 'show this help' },
} as const satisfies OptionDefinitions;

export type OptionValues<Options extends OptionDefinitions> = {
  [Name in keyof Options]?: Options[Name]['type'] extends 'boolean'
    ? boolean
    : Options[Name] extends { multiple: true }
      ? string[]
      : string;
};

/** What one run of a command works with. */
export interface Invocation<Options extends OptionDefinitions> {
  readonly values: OptionValues<Options> & OptionValues<typeof COMMON_OPTIONS>;
  readonly operands: readonly string[];
  readonly terminal: Terminal;
  readonly output: Output;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** The bramble that is logged in to; opened once, closed when the command ends. */
  connect(): Promise<Connection>;
}

export interface CommandDefinition<Options extends OptionDefinitions> extends CommandSummary {
  readonly description?: readonly string[];
  readonly options?: Options;
  readonly operands?: readonly Completion[];
  /** How many operands there must and may be; default: none. */
  readonly arity?: readonly [least: number, most: number];
  readonly examples: readonly Example[];
  readonly subcommands?: readonly Command[];
  /** Without an action, a subcommand must be named. Answers the exit code, or nothing for 0. */
  action?(invocation: Invocation<Options>): Promise<number | undefined>;
}

export function defineCommand<const Options extends OptionDefinitions>(
  definition: CommandDefinition<Options>,
): Command {
  const subcommands = Object.fromEntries(
    (definition.subcommands ?? []).map((command) => [command.name.split(' ').at(-1) ?? '', command]),
  );
  const command: Command = {
    name: definition.name,
    summary: definition.summary,
    usage: definition.usage,
    description: definition.description ?? [],
    options: { ...definition.options, ...COMMON_OPTIONS },
    operands: definition.operands ?? [],
    examples: definition.examples,
    subcommands,
    run: (args, terminal = openSystemTerminal()) => {
      const subcommand = args[0] === undefined ? undefined : subcommands[args[0]];
      return subcommand ? subcommand.run(args.slice(1), terminal) : runCommand(command, definition, args, terminal);
    },
  };
  return command;
}

async function runCommand<Options extends OptionDefinitions>(
  command: Command,
  definition: CommandDefinition<Options>,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  // The last word on how to report, for errors in the very parsing of the arguments.
  let output = new Output(terminal, { json: args.includes('--json'), quiet: false });
  try {
    const { values, positionals } = parse(command, args);
    if (values.help) {
      terminal.stdout.write(helpText(command));
      return EXIT.ok;
    }
    output = new Output(terminal, { json: values.json === true, quiet: values.quiet === true });
    checkOperands(command, definition, positionals);
    const options: ConnectionOptions = {
      env: terminal.env,
      profile: values.profile,
      namespace: values.namespace,
      retryForMs: values['retry-for'] === undefined ? undefined : parseDurationMs(values['retry-for']),
      signal: terminal.signal,
      onRetry: (reason, waitMs) => output.transient(`${reason} Trying again in ${Math.ceil(waitMs / 1000)} s.`),
    };
    let connection: Promise<Connection> | undefined;
    try {
      const code = await definition.action?.({
        values: values as OptionValues<Options> & OptionValues<typeof COMMON_OPTIONS>,
        operands: positionals,
        terminal,
        output,
        signal: terminal.signal,
        connect: () => {
          connection ??= Connection.open(options);
          return connection;
        },
      });
      return code ?? EXIT.ok;
    } finally {
      output.close();
      await connection?.then(
        (open) => open.close(),
        () => undefined, // the action has thrown this one already
      );
    }
  } catch (error) {
    if (terminal.signal.aborted) return EXIT.interrupted;
    output.error(describeError(command.name, error, terminal.env.BRAMBLE_DEBUG === '1'));
    return exitCodeOf(error);
  }
}

interface ParsedArguments {
  values: Record<string, unknown> & OptionValues<typeof COMMON_OPTIONS>;
  positionals: string[];
}

function parse(command: Command, args: readonly string[]): ParsedArguments {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { type, short, multiple }]) => {
      const descriptor: ParseArgsOptionDescriptor = { type };
      if (short !== undefined) descriptor.short = short;
      if (multiple) descriptor.multiple = true;
      return [name, descriptor];
    }),
  );
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true }) as ParsedArguments;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('ERR_PARSE_ARGS')) throw error;
    throw new UsageError(message.split('. To specify a positional')[0] ?? message);
  }
}

function checkOperands<Options extends OptionDefinitions>(
  command: Command,
  definition: CommandDefinition<Options>,
  operands: readonly string[],
): void {
  if (!definition.action) {
    const names = Object.keys(command.subcommands).join(', ');
    const given = operands[0] === undefined ? 'one is missing' : `'${operands[0]}' is none`;
    throw new UsageError(`${command.name} has the subcommands ${names}; ${given}.`);
  }
  const [least, most] = definition.arity ?? [0, 0];
  if (operands.length < least) throw new UsageError(`Something is missing: bramble ${command.name} ${command.usage}`);
  if (operands.length > most)
    throw new UsageError(`'${operands[most]}' is one too many: bramble ${command.name} ${command.usage}`);
}
