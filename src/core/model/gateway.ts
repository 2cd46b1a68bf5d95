/** Istio Gateway. Field meaning: istio/api gateway.proto. */
import type { KubeObject, StringMap } from './meta.ts';

export interface ServerTlsSettings {
  readonly mode?: 'PASSTHROUGH' | 'SIMPLE' | 'MUTUAL' | 'AUTO_PASSTHROUGH' | 'ISTIO_MUTUAL' | 'OPTIONAL_MUTUAL';
  readonly httpsRedirect?: boolean;
  readonly credentialName?: string;
  readonly credentialNames?: readonly string[];
  readonly tlsCertificates?: readonly unknown[];
  readonly serverCertificate?: string;
  readonly privateKey?: string;
  readonly caCertificates?: string;
  readonly minProtocolVersion?: string;
  readonly maxProtocolVersion?: string;
  readonly cipherSuites?: readonly string[];
  readonly subjectAltNames?: readonly string[];
}

export interface GatewayServer {
  readonly name?: string;
  readonly port: {
    readonly number: number;
    readonly protocol: string;
    readonly name?: string;
    readonly targetPort?: number;
  };
  readonly hosts: readonly string[];
  readonly bind?: string;
  readonly tls?: ServerTlsSettings;
  readonly defaultEndpoint?: string;
}

export interface GatewaySpec {
  readonly selector?: StringMap;
  readonly servers: readonly GatewayServer[];
}

export interface Gateway extends KubeObject {
  readonly kind: 'Gateway';
  readonly spec: GatewaySpec;
  readonly status?: Readonly<Record<string, unknown>>;
}
