import { cliCommandTexts } from './cli-commands.ts';
import { cliOptionTexts } from './cli-options.ts';
import { cliOutputTexts } from './cli-output.ts';

export const cliTexts: typeof cliCommandTexts & typeof cliOptionTexts & typeof cliOutputTexts = {
  ...cliCommandTexts,
  ...cliOptionTexts,
  ...cliOutputTexts,
};
