export const workloadTexts = {} as const;
