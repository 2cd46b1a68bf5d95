/**
 * Why a message is not accepted. The parsers return these negative numbers so that the hot path allocates nothing;
 * `MORE` is no refusal: the message is not complete yet.
 */
export const MORE = -1;

export const REFUSED = {
  startLine: -2,
  method: -3,
  target: -4,
  targetTooLong: -5,
  version: -6,
  oldVersion: -7,
  fieldName: -8,
  fieldValue: -9,
  lineEnd: -10,
  headTooLarge: -11,
  tooManyFields: -12,
  length: -13,
  lengthTwice: -14,
  lengthAndEncoding: -15,
  encoding: -16,
  encodingUnknown: -17,
  host: -18,
  expectation: -19,
  chunk: -20,
  status: -21,
  connection: -22,
  asterisk: -23,
} as const;

/** Status and response code details (as Envoy names them, where it has a name) of each refusal of a request. */
export const refusals: ReadonlyMap<number, { readonly status: number; readonly details: string }> = new Map([
  [REFUSED.startLine, { status: 400, details: 'http1.codec_error' }],
  [REFUSED.method, { status: 400, details: 'http1.invalid_method' }],
  [REFUSED.target, { status: 400, details: 'path_normalization_failed' }],
  [REFUSED.targetTooLong, { status: 414, details: 'uri_too_long' }],
  [REFUSED.version, { status: 400, details: 'http1.invalid_version' }],
  [REFUSED.oldVersion, { status: 426, details: 'low_version' }],
  [REFUSED.fieldName, { status: 400, details: 'http1.invalid_characters' }],
  [REFUSED.fieldValue, { status: 400, details: 'http1.invalid_characters' }],
  [REFUSED.lineEnd, { status: 400, details: 'http1.invalid_line_end' }],
  [REFUSED.headTooLarge, { status: 431, details: 'http1.headers_too_large' }],
  [REFUSED.tooManyFields, { status: 431, details: 'http1.too_many_headers' }],
  [REFUSED.length, { status: 400, details: 'http1.unexpected_content_length' }],
  [REFUSED.lengthTwice, { status: 400, details: 'http1.multiple_content_length' }],
  [REFUSED.lengthAndEncoding, { status: 400, details: 'http1.content_length_and_chunked_not_allowed' }],
  [REFUSED.encoding, { status: 400, details: 'http1.invalid_transfer_encoding' }],
  [REFUSED.encodingUnknown, { status: 501, details: 'http1.unsupported_transfer_encoding' }],
  [REFUSED.host, { status: 400, details: 'missing_host_header' }],
  [REFUSED.expectation, { status: 417, details: 'http1.unknown_expectation' }],
  [REFUSED.chunk, { status: 400, details: 'http1.invalid_chunk' }],
  [REFUSED.connection, { status: 400, details: 'http1.connection_header_rejected' }],
  [REFUSED.asterisk, { status: 404, details: 'absolute_path_rejected' }],
]);

/** Limits of Envoy's listener: 60 KiB of headers, 100 fields. A target may fill most of that. */
export const MAX_HEAD_BYTES: number = 60 * 1024;
export const MAX_TARGET_BYTES: number = 32 * 1024;
export const MAX_FIELDS = 100;
/** Size, extensions and line end of one chunk header together. */
export const MAX_CHUNK_LINE_BYTES = 256;
