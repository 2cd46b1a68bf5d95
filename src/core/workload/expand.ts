/**
 * `$(NAME)` as Kubernetes expands it in command, args and env: `$$` is a literal `$`, an unknown name stays as written,
 * so does everything that is no complete reference.
 * Source: kubernetes/third_party/forked/golang/expansion.
 */
export function expand(text: string, lookUp: (name: string) => string | undefined): string {
  let result = '';
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf('$', at);
    if (dollar < 0 || dollar === text.length - 1) break;
    result += text.slice(at, dollar);
    const next = text[dollar + 1] ?? '';
    const close = next === '(' ? text.indexOf(')', dollar + 2) : -1;
    if (close >= 0) {
      const name = text.slice(dollar + 2, close);
      result += lookUp(name) ?? `$(${name})`;
      at = close + 1;
    } else {
      result += next === '$' ? '$' : `$${next}`;
      at = dollar + 2;
    }
  }
  return result + text.slice(at);
}
