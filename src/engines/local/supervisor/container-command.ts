import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import type { Container } from '../../../core/model/pod.ts';
import { matchesImage, parseImage } from '../../../core/workload/image-match.ts';
import type { Message } from '../../../texts/catalogue.ts';
import type { ImageCommand, LocalConfig } from '../config/config.ts';

export interface CommandPlan {
  readonly kind: 'run';
  /** Program and arguments, before `$(NAME)` is expanded. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** Of the image in `serin.yaml`, before expansion. */
  readonly imageEnv: Readonly<Record<string, string>>;
  readonly notices: readonly Message[];
}

export interface NoCommand {
  readonly kind: 'noCommand';
  readonly message: Message;
}

/**
 * What to run for a container. As in Kubernetes `command` replaces the image's program and arguments, `args` alone only its
 * arguments; the image's part comes from `serin.yaml`.
 */
export function planCommand(container: Container, config: LocalConfig): CommandPlan | NoCommand {
  const { image } = container;
  const entry = image === undefined ? undefined : config.images.find(({ match }) => matchesImage(match, image));
  const command = fullCommand(container, entry);
  if (command === undefined) return { kind: 'noCommand', message: missing(container) };
  const base = resolve(config.folder, entry?.cwd ?? '.');
  const wanted = container.workingDir === undefined ? base : resolve(base, container.workingDir);
  const isThere = existsSync(wanted);
  return {
    kind: 'run',
    command,
    cwd: isThere ? wanted : base,
    imageEnv: entry?.env ?? {},
    notices: isThere
      ? []
      : [{ key: 'workload.workingDirMissing', params: { container: container.name, path: wanted, used: base } }],
  };
}

function fullCommand(container: Container, entry: ImageCommand | undefined): readonly string[] | undefined {
  if (container.command !== undefined && container.command.length > 0) {
    return [...container.command, ...(container.args ?? [])];
  }
  return entry === undefined ? undefined : [...entry.command, ...(container.args ?? entry.args)];
}

/** A program with a path starts from the working folder, a bare name from PATH. */
export function programPath(program: string, cwd: string): string {
  return program.includes('/') && !isAbsolute(program) ? resolve(cwd, program) : program;
}

function missing(container: Container): Message {
  const { image, name } = container;
  if (image === undefined || image === '') return { key: 'workload.noImage', params: { container: name } };
  return { key: 'workload.noCommand', params: { image, pattern: parseImage(image).path } };
}
