export const routingTexts = {} as const;
