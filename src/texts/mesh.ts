export const meshTexts = {} as const;
