/** An image reference taken apart: `docker.io/istio/reviews:1.20@sha256:…`. */
export interface ImageReference {
  readonly registry: string;
  /** Path without registry, e.g. `istio/reviews`. */
  readonly path: string;
  /** Last part of the path. */
  readonly name: string;
  readonly tag: string;
}

export function parseImage(image: string): ImageReference {
  const bare = image.split('@', 1)[0] ?? '';
  const colon = bare.lastIndexOf(':');
  const hasTag = colon > bare.lastIndexOf('/');
  const repository = hasTag ? bare.slice(0, colon) : bare;
  const slash = repository.indexOf('/');
  const head = slash < 0 ? '' : repository.slice(0, slash);
  const hasRegistry = /[.:]/.test(head) || head === 'localhost';
  const path = hasRegistry ? repository.slice(slash + 1) : repository;
  return {
    registry: hasRegistry ? head : '',
    path,
    name: path.slice(path.lastIndexOf('/') + 1),
    tag: hasTag ? bare.slice(colon + 1) : '',
  };
}

/** Every way to write the same image that a pattern may mean: with and without registry, `library/`, tag and digest. */
function imageSpellings(image: string): readonly string[] {
  const { registry, path, tag } = parseImage(image);
  const paths = [path, ...(path.startsWith('library/') ? [path.slice('library/'.length)] : [])];
  const withRegistry = registry === '' ? paths : [...paths, ...paths.map((each) => `${registry}/${each}`)];
  const tagged = tag === '' ? [] : withRegistry.map((each) => `${each}:${tag}`);
  return [...new Set([...withRegistry, ...tagged, image])];
}

/** `*` stands for anything within one part of the path (tag included), `**` also across `/`, `?` for one character. */
function globPattern(glob: string): RegExp {
  const body = glob.replaceAll(/\*\*|\*|\?|[^*?]+/g, (piece) => {
    if (piece === '**') return '.*';
    if (piece === '*') return '[^/]*';
    if (piece === '?') return '[^/]';
    return piece.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  });
  return new RegExp(`^${body}$`);
}

/** Whether a pattern of `serin.yaml` means this image. */
export function matchesImage(glob: string, image: string): boolean {
  const pattern = globPattern(glob);
  return imageSpellings(image).some((spelling) => pattern.test(spelling));
}
