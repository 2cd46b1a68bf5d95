const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const FORM = /^([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)([a-zA-Z]{0,2})$/;

/** A Kubernetes quantity (`500m`, `64Mi`, `1e3`) as a number; undefined where it is none. */
export function quantity(value: string | number): number | undefined {
  if (typeof value === 'number') return value;
  const parts = FORM.exec(value.trim());
  const factor = FACTORS[parts?.[2] ?? '-'];
  return parts === null || factor === undefined ? undefined : Number(parts[1]) * factor;
}
