/** What the API counts about itself, in Prometheus' text format. */

export interface Counters {
  request(route: string, method: string, status: number): void;
  watchOpened(): void;
  watchClosed(): void;
  text(now: number): string;
}

function label(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function block(name: string, type: 'counter' | 'gauge', help: string): (lines: readonly string[]) => string {
  return (lines) => [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
}

/** `startedAt` in milliseconds since 1970. */
export function createCounters(startedAt: number): Counters {
  const requests = new Map<string, number>();
  let watches = 0;
  return {
    request: (route, method, status) => {
      const key = `{method="${label(method)}",route="${label(route)}",status="${status}"}`;
      requests.set(key, (requests.get(key) ?? 0) + 1);
    },
    watchOpened: () => {
      watches += 1;
    },
    watchClosed: () => {
      watches -= 1;
    },
    text: (now) => {
      const cpu = process.cpuUsage();
      return [
        block(
          'serin_api_requests_total',
          'counter',
          'Requests answered by the control API.',
        )([...requests].map(([key, count]) => `serin_api_requests_total${key} ${count}`)),
        block('serin_api_watches', 'gauge', 'Open watches.')([`serin_api_watches ${watches}`]),
        block(
          'process_cpu_seconds_total',
          'counter',
          'CPU time of the control plane.',
        )([`process_cpu_seconds_total ${(cpu.user + cpu.system) / 1e6}`]),
        block(
          'process_resident_memory_bytes',
          'gauge',
          'Memory of the control plane.',
        )([`process_resident_memory_bytes ${process.memoryUsage.rss()}`]),
        block(
          'process_start_time_seconds',
          'gauge',
          'When the control plane started.',
        )([`process_start_time_seconds ${startedAt / 1000}`]),
        block(
          'serin_uptime_seconds',
          'gauge',
          'How long the control plane has been running.',
        )([`serin_uptime_seconds ${(now - startedAt) / 1000}`]),
      ].join('');
    },
  };
}
