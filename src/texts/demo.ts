export const demoTexts = {} as const;
