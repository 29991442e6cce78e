import measured from './measured-costs.json' with { type: 'json' }

/** What one server's process takes, without viewers and for each of them. Measured up to `viewers` of `bitsPerSecond`
 *  together: what is planned beyond is extrapolated. */
type ProcessCost = {
  readonly viewers: number
  readonly bitsPerSecond: number // of the video, of all viewers together
  readonly idleMemoryBytes: number
  readonly memoryBytesPerViewer: number
  readonly filesPerViewer: number // open descriptors: sockets
}

export type HlsCost = ProcessCost & {
  readonly cpuMicrosecondsPerRequest: number // of a playlist, whose bytes are few
  readonly cpuMicrosecondsPerMegabyte: number // of segments
}

export type UdpCost = ProcessCost & {
  readonly cpuMicrosecondsPerPacket: number
  readonly videoBytesPerPacket: number
}

/** Of multicast a packet is sent once for all; what each viewer takes is his RTSP session. */
export type WayCosts = {
  readonly hls: HlsCost
  readonly 'udp-bursts': UdpCost // packets that are due together in one system call (segmentation offload)
  readonly 'udp-packets': UdpCost // a system call a packet
  readonly multicast: UdpCost
}

/** `weir lab plan --measure` makes it, `--costs` takes it. */
export type PlanCosts = {
  readonly format: 'weir-costs'
  readonly version: 1
  readonly weir: string
  readonly measured: string // when, and on which machine
  readonly ways: WayCosts
}

export type CostsRead =
  | { readonly ok: true; readonly costs: PlanCosts }
  | { readonly ok: false; readonly problems: readonly string[] }

const PROCESS_FIELDS = [
  'viewers',
  'bitsPerSecond',
  'idleMemoryBytes',
  'memoryBytesPerViewer',
  'filesPerViewer',
] as const
const HLS_FIELDS = [...PROCESS_FIELDS, 'cpuMicrosecondsPerRequest', 'cpuMicrosecondsPerMegabyte'] as const
const UDP_FIELDS = [...PROCESS_FIELDS, 'cpuMicrosecondsPerPacket', 'videoBytesPerPacket'] as const
const FIELDS = { hls: HLS_FIELDS, 'udp-bursts': UDP_FIELDS, 'udp-packets': UDP_FIELDS, multicast: UDP_FIELDS } as const
const POSITIVE = new Set<string>(['viewers', 'bitsPerSecond', 'videoBytesPerPacket']) // the others may be 0

/** Reads what `--measure` wrote. All problems at once, each with its path, what was expected and what came. */
export function readCosts(text: string): CostsRead {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { ok: false, problems: [`costs must be JSON: ${(error as Error).message}`] }
  }
  const costs = recordOf(value)
  if (costs['format'] !== 'weir-costs' || costs['version'] !== 1) {
    const got = `${shown(costs['format'])}, version ${shown(costs['version'])}`
    return { ok: false, problems: [`costs must have the format "weir-costs", version 1, got ${got}`] }
  }
  const problems = [...textProblems(costs, 'weir'), ...textProblems(costs, 'measured'), ...wayProblems(costs['ways'])]
  return problems.length === 0 ? { ok: true, costs: value as PlanCosts } : { ok: false, problems }
}

/** The committed figures: their `measured` says where each comes from. On a quiet machine
 *  `weir lab plan --bitrate 5M --measure --write-costs lab/measured-costs.json` makes them anew. */
export const measuredCosts = measured as PlanCosts

function textProblems(costs: Readonly<Record<string, unknown>>, key: string): string[] {
  return typeof costs[key] === 'string' ? [] : [`costs.${key} must be a text, got ${shown(costs[key])}`]
}

function wayProblems(ways: unknown): string[] {
  return Object.entries(FIELDS).flatMap(([way, fields]) => {
    const cost = recordOf(recordOf(ways)[way])
    return fields.flatMap((field) => numberProblem(`costs.ways.${way}.${field}`, cost[field], POSITIVE.has(field)))
  })
}

function numberProblem(path: string, value: unknown, isPositive: boolean): string[] {
  const isRight = typeof value === 'number' && Number.isFinite(value) && (isPositive ? value > 0 : value >= 0)
  return isRight ? [] : [`${path} must be a number ${isPositive ? 'above' : 'from'} 0, got ${shown(value)}`]
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60)
}
