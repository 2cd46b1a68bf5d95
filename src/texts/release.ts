export const releaseTexts = {} as const;
