export const manifestTexts = {} as const;
