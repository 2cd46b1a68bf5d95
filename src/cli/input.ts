/** What the user typed for one command, read by name. Asking for what the table does not declare is a bug. */
export interface Input {
  /** Operands in order. */
  readonly operands: readonly string[];
  flag(name: string): boolean;
  text(name: string): string | undefined;
  number(name: string): number | undefined;
  list(name: string): readonly string[];
}

export interface RawInput {
  readonly operands: readonly string[];
  /** By the option's long name in camel case. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Names that the table declares. */
  readonly declared: ReadonlySet<string>;
}

export function createInput({ operands, options, declared }: RawInput): Input {
  const value = (name: string): unknown => {
    if (!declared.has(name)) throw new Error(`the command table declares no option ${name}`);
    return options[name];
  };
  return {
    operands,
    flag: (name) => value(name) === true,
    text: (name) => {
      const found = value(name);
      return typeof found === 'string' ? found : undefined;
    },
    number: (name) => {
      const found = value(name);
      return typeof found === 'number' ? found : undefined;
    },
    list: (name) => {
      const found = value(name);
      return Array.isArray(found) ? found.map(String) : [];
    },
  };
}
