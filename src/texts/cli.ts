import { cliCommandTexts } from './cli-commands.ts';
import { cliOptionTexts } from './cli-options.ts';
import { cliOutputTexts } from './cli-output.ts';
import { cliReleaseTexts } from './cli-release.ts';

export const cliTexts: typeof cliCommandTexts & typeof cliOptionTexts & typeof cliOutputTexts & typeof cliReleaseTexts =
  {
    ...cliCommandTexts,
    ...cliOptionTexts,
    ...cliOutputTexts,
    ...cliReleaseTexts,
  };
