/** What all commands to a release share: ask, wait for the answer, show it, and watch if wanted. */
import { waitForCommand } from '../control/commands/release/ask.ts';
import type { Answer, Request } from '../control/commands/release/ask.ts';
import type { Command } from '../core/model/run.ts';
import { printedName } from '../core/model/kinds.ts';
import { systemClock } from '../lib/clock.ts';
import { Fault } from '../lib/fault.ts';
import type { Store } from '../ports/store.ts';
import type { Message } from '../texts/catalogue.ts';
import { isKnown } from '../texts/catalogue.ts';
import type { Run } from './command-spec.ts';
import type { Context } from './context.ts';
import type { Input } from './input.ts';
import { actor, releaseTarget } from './release-target.ts';
import { dataText, isDataFormat } from './render/objects.ts';
import { watchRelease } from './watch-release.ts';

/** The controller looks at a command at once; so long only a stopped one takes. */
const ANSWER_WITHIN_MS = 15_000;

export type Asking = (store: Store, request: Request, input: Input) => Promise<Command>;

/** The run function of a command that asks for one thing. */
export function steering(asking: Asking): Run {
  return async (context, input) => {
    const [operand = ''] = input.operands;
    const target = releaseTarget(context, operand);
    const store = await context.store();
    const reason = input.text('reason');
    const request = { ...target, by: actor(context), ...(reason === undefined ? {} : { reason }) };
    const command = await asking(store, request, input);
    const answer = await waitForCommand(store, command, { clock: systemClock, withinMs: ANSWER_WITHIN_MS });
    if (answer.result === 'refused') {
      const object = `Release ${target.namespace}/${target.name}`;
      throw new Fault('refused', answerOf(answer), { place: { object } });
    }
    const format = input.text('output');
    await showResult(context, store, { command, format, message: `${target.name}: ${context.sayWording(answer)}` });
    return input.flag('watch')
      ? watchRelease(context, store, { target, untilRunEnds: true, isJson: format === 'json' })
      : 0;
  };
}

/** A newer or older control plane may say what this program has no words for. */
function answerOf({ message, text }: Answer): Message {
  return text !== undefined && isKnown(text) ? text : { key: 'cli.serverSays', params: { message } };
}

interface Result {
  readonly command: Command;
  readonly format: string | undefined;
  readonly message: string;
}

async function showResult(context: Context, store: Store, { command, format, message }: Result): Promise<void> {
  const { name, namespace = '' } = command.metadata;
  if (format === 'name') context.print(printedName(command));
  else if (isDataFormat(format)) {
    context.print(await dataText(await store.get({ kind: 'Command', namespace, name }), format));
  } else context.print(message);
}
