import { z } from 'zod';
import type { L4Match, RouteDestination, TcpRoute, TlsRoute, VirtualServiceSpec } from '../virtual-service.ts';
import { httpRoute } from './http-route.ts';
import { destination, exportTo, gatewayRef, host, isWithin } from './istio-values.ts';
import { strict, withRules } from './strict.ts';
import type { Check } from './strict.ts';
import { count, labels, portNumber, text, texts } from './values.ts';

const l4Fields = {
  port: portNumber,
  destinationSubnets: texts,
  sourceSubnet: text,
  sourceLabels: labels,
  sourceNamespace: text,
  gateways: z.array(gatewayRef),
};

const routeDestination: z.ZodType<RouteDestination> = strict<RouteDestination>({ destination }, { weight: count });

/** At least one, and not all of several with weight 0. */
const destinations: z.ZodType<readonly RouteDestination[]> = withRules(z.array(routeDestination), requireShare);

/** Weights are relative; of several destinations at least one must get something. */
function requireShare(list: readonly { readonly weight?: number }[], check: Check): void {
  if (list.length === 0) check.refuse({ text: { key: 'manifest.emptyList' } });
  if (list.length > 1 && list.every((one) => (one.weight ?? 0) === 0)) {
    check.refuse({ text: { key: 'manifest.noWeight' }, remedy: { key: 'manifest.noWeightRemedy' } });
  }
}

const tcpRoute: z.ZodType<TcpRoute> = strict<TcpRoute>(
  { route: destinations },
  { match: z.array(strict<L4Match>({}, l4Fields)) },
);

type TlsMatch = TlsRoute['match'][number];

const tlsMatch: z.ZodType<TlsMatch> = withRules(
  strict<TlsMatch>({ sniHosts: z.array(host) }, l4Fields),
  (value, check) => {
    if (value.sniHosts.length === 0) check.refuse({ text: { key: 'manifest.emptyList' } }, ['sniHosts']);
  },
);

const tlsRoute: z.ZodType<TlsRoute> = withRules(
  strict<TlsRoute>({ match: z.array(tlsMatch), route: destinations }, {}),
  (value, check) => {
    if (value.match.length === 0) check.refuse({ text: { key: 'manifest.emptyList' } }, ['match']);
  },
);

export const virtualServiceSpec: z.ZodType<VirtualServiceSpec> = withRules(
  strict<VirtualServiceSpec>(
    {},
    {
      hosts: z.array(host),
      gateways: z.array(gatewayRef),
      http: z.array(httpRoute),
      tls: z.array(tlsRoute),
      tcp: z.array(tcpRoute),
      exportTo,
    },
  ),
  (spec, check) => {
    const routes = [...(spec.http ?? []), ...(spec.tls ?? []), ...(spec.tcp ?? [])];
    if (routes.length === 0) {
      check.refuse({ text: { key: 'manifest.oneNeeded', params: { fields: 'http, tls, tcp' } } });
    }
    requireHosts(spec, check);
    if (isDelegate(spec)) requireDelegate(spec, check);
    else requireRoot(spec, check);
    requireSniInHosts(spec, check);
  },
);

/** A VirtualService without hosts holds rules for others to include. */
function isDelegate(spec: VirtualServiceSpec): boolean {
  return (spec.hosts ?? []).length === 0;
}

function requireHosts(spec: VirtualServiceSpec, check: Check): void {
  const hosts = spec.hosts ?? [];
  const isInMesh = (spec.gateways ?? []).length === 0 || (spec.gateways ?? []).includes('mesh');
  hosts.forEach((name, index) => {
    if (name === '*' && isInMesh) {
      const remedy = { key: 'manifest.starInMeshRemedy' } as const;
      check.refuse({ text: { key: 'manifest.starInMesh' }, remedy }, ['hosts', index]);
    }
    const twin = hosts.findIndex(
      (other, at) => at !== index && isWithin(name, other) && (name !== other || at < index),
    );
    if (twin >= 0) {
      const text = { key: 'manifest.hostCovered', params: { host: name, other: hosts[twin] ?? '' } } as const;
      check.refuse({ text }, ['hosts', index]);
    }
  });
}

function requireDelegate(spec: VirtualServiceSpec, check: Check): void {
  for (const field of ['gateways', 'tls', 'tcp'] as const) {
    if ((spec[field] ?? []).length > 0) check.refuse({ text: { key: 'manifest.delegateOnlyHttp' } }, [field]);
  }
  (spec.http ?? []).forEach((route, index) => {
    if (route.delegate !== undefined)
      check.refuse({ text: { key: 'manifest.delegateTwice' } }, ['http', index, 'delegate']);
  });
}

function requireRoot(spec: VirtualServiceSpec, check: Check): void {
  (spec.http ?? []).forEach((route, index) => {
    if (route.delegate !== undefined && (route.route ?? []).length > 0) {
      const fields = 'delegate, route';
      check.refuse({ text: { key: 'manifest.exclusive', params: { fields } } }, ['http', index, 'route']);
    }
  });
}

function requireSniInHosts(spec: VirtualServiceSpec, check: Check): void {
  (spec.tls ?? []).forEach((route, at) =>
    route.match.forEach((match, index) =>
      match.sniHosts.forEach((name, sni) => {
        if ((spec.hosts ?? []).some((pattern) => isWithin(name, pattern))) return;
        check.refuse({ text: { key: 'manifest.sniOutside', params: { host: name } } }, [
          'tls',
          at,
          'match',
          index,
          'sniHosts',
          sni,
        ]);
      }),
    ),
  );
}
