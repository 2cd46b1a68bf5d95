/** Colours carry no meaning alone: every coloured word says the same without its colour. */
export type Tone = 'good' | 'bad' | 'warn' | 'faint' | 'strong' | 'accent';

const codes: Readonly<Record<Tone, readonly [number, number]>> = {
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  accent: [36, 39],
  faint: [2, 22],
  strong: [1, 22],
};

export type Paint = (tone: Tone, text: string) => string;

export function createPaint(isOn: boolean): Paint {
  return (tone, text) => {
    const [on, off] = codes[tone];
    return isOn && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  };
}
