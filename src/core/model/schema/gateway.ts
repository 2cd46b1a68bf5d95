import { z } from 'zod';
import type { GatewayServer, GatewaySpec, ServerTlsSettings } from '../gateway.ts';
import { isIpAddress, isWildcardHost } from './istio-values.ts';
import { expecting, given, requireUnique, strict, withRules } from './strict.ts';
import type { Check } from './strict.ts';
import { flag, isDnsLabel, labels, nonEmpty, oneOf, portNumber, text, texts } from './values.ts';

const tlsVersion = oneOf('TLS_AUTO', 'TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3');

const tls: z.ZodType<ServerTlsSettings> = withRules(
  strict<ServerTlsSettings>(
    {},
    {
      mode: oneOf('PASSTHROUGH', 'SIMPLE', 'MUTUAL', 'AUTO_PASSTHROUGH', 'ISTIO_MUTUAL', 'OPTIONAL_MUTUAL'),
      httpsRedirect: flag,
      credentialName: text,
      credentialNames: texts,
      tlsCertificates: z.array(z.unknown()),
      serverCertificate: text,
      privateKey: text,
      caCertificates: text,
      minProtocolVersion: tlsVersion,
      maxProtocolVersion: tlsVersion,
      cipherSuites: texts,
      subjectAltNames: texts,
    },
    ['caCertCredentialName', 'caCrl', 'insecureSkipVerify', 'verifyCertificateHash', 'verifyCertificateSpki'],
  ),
  (value, check) => {
    const files = ['serverCertificate', 'privateKey', 'caCertificates'] as const;
    const isServing = value.mode === 'SIMPLE' || value.mode === 'MUTUAL' || value.mode === 'OPTIONAL_MUTUAL';
    if (value.mode === 'ISTIO_MUTUAL') {
      for (const field of given(value, [...files, 'credentialName'])) {
        check.refuse({ text: { key: 'manifest.meshCertificates' } }, [field]);
      }
    }
    const elsewhere = given(value, ['credentialName', 'credentialNames', 'tlsCertificates']);
    if (!isServing || elsewhere.length > 0) return;
    for (const field of value.mode === 'SIMPLE' ? files.slice(0, 2) : files) {
      if (value[field] === undefined) check.refuse({ text: { key: 'manifest.missing' } }, [field]);
    }
  },
);

const PROTOCOLS = ['HTTP', 'HTTPS', 'GRPC', 'GRPC-WEB', 'HTTP2', 'MONGO', 'MYSQL', 'REDIS', 'TCP', 'TLS'];
const SECURE = ['HTTPS', 'TLS'];

const port: z.ZodType<GatewayServer['port']> = strict<GatewayServer['port']>(
  {
    number: portNumber,
    protocol: expecting(text, { key: 'manifest.expect.oneOf', params: { values: PROTOCOLS.join(', ') } }, (value) =>
      PROTOCOLS.includes(value.toUpperCase()),
    ),
  },
  { name: nonEmpty, targetPort: portNumber },
);

// A host, before it nothing or a namespace, `.` (its own) or `*` with a slash.
function isServerHost(value: string): boolean {
  const slash = value.indexOf('/');
  const namespace = slash < 0 ? '*' : value.slice(0, slash);
  const name = slash < 0 ? value : value.slice(slash + 1);
  const isScope = namespace === '*' || namespace === '.' || isDnsLabel(namespace);
  return isScope && (isWildcardHost(name) || isIpAddress(name));
}

const server: z.ZodType<GatewayServer> = withRules(
  strict<GatewayServer>(
    { port, hosts: z.array(expecting(text, { key: 'manifest.expect.serverHost' }, isServerHost)) },
    {
      name: text,
      bind: expecting(
        text,
        { key: 'manifest.expect.bind' },
        (value) => isIpAddress(value) || value.startsWith('unix:'),
      ),
      tls,
      defaultEndpoint: text,
    },
  ),
  requireTlsWhereSecure,
);

function requireTlsWhereSecure(value: GatewayServer, check: Check): void {
  if (value.hosts.length === 0) check.refuse({ text: { key: 'manifest.emptyList' } }, ['hosts']);
  const isSecure = SECURE.includes(value.port.protocol.toUpperCase());
  if (isSecure && value.tls === undefined) check.refuse({ text: { key: 'manifest.missing' } }, ['tls']);
  if (isSecure && value.tls?.httpsRedirect === true) {
    check.refuse({ text: { key: 'manifest.redirectOnHttps' } }, ['tls', 'httpsRedirect']);
  }
  if (isSecure || value.tls === undefined || value.port.protocol.toUpperCase() === 'TCP') return;
  const others = Object.keys(value.tls).filter((field) => field !== 'httpsRedirect');
  for (const field of others) check.refuse({ text: { key: 'manifest.plainTls' } }, ['tls', field]);
}

export const gatewaySpec: z.ZodType<GatewaySpec> = withRules(
  strict<GatewaySpec>({ servers: z.array(server) }, { selector: labels }),
  (value, check) => {
    if (value.servers.length === 0) check.refuse({ text: { key: 'manifest.emptyList' } }, ['servers']);
    requireUnique(value.servers, check, { field: 'servers', nameOf: (one) => one.port.name, key: 'port' });
  },
);
