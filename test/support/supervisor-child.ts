/** A process of its own that runs a supervisor on the folder given, creates the pods it is told, and waits to be killed. */
import type { PodSpec } from '../../src/core/model/pod.ts';
import { openTestBed } from './supervisor-bed.ts';

const [folder = '', pods = '{}'] = process.argv.slice(2);
const bed = await openTestBed(undefined, folder);
for (const [name, spec] of Object.entries(JSON.parse(pods) as Record<string, PodSpec>)) await bed.createPod(name, spec);
for (const name of Object.keys(JSON.parse(pods) as object)) await bed.untilReady(name);
process.send?.('ready');
