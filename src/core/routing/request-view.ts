/** What routing may ask of a request. The mesh decodes lazily, so a rule that asks for less costs less. */
export interface RequestView {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** `Host` as sent (or the authority of an absolute target), with port and case. */
  readonly authority: string;
  /** Normalised path, without query. */
  readonly path: string;
  /** As sent, without `?`; empty where absent. */
  readonly query: string;
  /** IP address of the peer. */
  readonly sourceAddress: string;
  /** Every value of a header in order, each on its own; empty where absent. The name is lower case. */
  headerValues(name: string): readonly string[];
}
