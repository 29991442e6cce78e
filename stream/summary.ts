import type { RunMeasures } from './run-measures.ts'
import type { SideMeasures } from './side-measures.ts'

type Name = 'HLS' | 'UDP'

const CLEARLY_BEHIND_MS = 500

/** Some plain sentences on a run, made of its numbers: who waited, who was damaged, how far behind, at what cost,
 *  on what network. A side that showed no picture is said to have shown none. */
export function summarise({ hls, udp }: RunMeasures): readonly string[] {
  const silent = [...silence('HLS', hls), ...silence('UDP', udp)]
  if (silent.length > 0) return [...silent, ...network(hls, udp)]
  if (hls.presentedFrameRatio === undefined && udp.presentedFrameRatio === undefined) return soundAlone(hls, udp)
  return [startup(hls, udp), stillness(hls, udp), integrity(udp), ...behind(hls, udp), ...network(hls, udp)]
}

function soundAlone(hls: SideMeasures, udp: SideMeasures): string[] {
  const [first, second] = sorted(hls.startupMs, udp.startupMs)
  return [
    'There are no pictures: this is sound alone.',
    `${first.name} was heard after ${inSeconds(first.ms)}, ${second.name} after ${inSeconds(second.ms)}.`,
    `${stoodStill('HLS', hls.stallCount ?? 0, hls.stallMs ?? 0)}.`,
    soundLost(udp),
    ...behind(hls, udp),
    ...network(hls, udp),
  ]
}

function soundLost({ lostPackets = 0, latePackets = 0, expectedPackets = 0 }: SideMeasures): string {
  const missing = lostPackets + latePackets
  if (missing === 0) return 'UDP lost nothing: all of the sound was heard.'
  return `UDP went without ${missing} of ${expectedPackets} packets of sound, and was silent for each; HLS was heard whole.`
}

function silence(name: Name, { startupMs }: SideMeasures): string[] {
  return startupMs === undefined ? [`${name} showed no picture.`] : []
}

function startup(hls: SideMeasures, udp: SideMeasures): string {
  const [first, second] = sorted(hls.startupMs, udp.startupMs)
  return `${first.name} showed its first picture after ${inSeconds(first.ms)}, ${second.name} after ${inSeconds(second.ms)}.`
}

/** UDP's clock never waits: its standstills are freezes. */
function stillness(hls: SideMeasures, udp: SideMeasures): string {
  const ofHls = stoodStill('HLS', hls.stallCount ?? 0, hls.stallMs ?? 0)
  const ofUdp = stoodStill('UDP', udp.freezeCount ?? 0, udp.freezeMs ?? 0)
  return `${ofHls}; ${ofUdp}.`
}

function stoodStill(name: Name, count: number, ms: number): string {
  if (count === 0) return `${name} never stood still`
  return `${name} stood still ${times(count)} for ${inSeconds(ms)}${count > 1 ? ' in all' : ''}`
}

function integrity(udp: SideMeasures): string {
  const { damagedFrames = 0, frozenFrames = 0, lostPackets = 0, latePackets = 0, expectedPackets = 0 } = udp
  const missing = lostPackets + latePackets
  if (damagedFrames + frozenFrames === 0 && missing === 0) return 'UDP lost nothing: every picture was whole.'
  const of = expectedPackets === 0 ? '' : ` of ${expectedPackets}`
  const packets = `UDP went without ${missing}${of} packets`
  if (damagedFrames + frozenFrames === 0) return `${packets}, none of which held a picture.`
  return `${packets}: ${frames(damagedFrames)} ${were(damagedFrames)} damaged and ${frozenFrames} could not be shown; HLS showed only whole ones.`
}

function behind(hls: SideMeasures, udp: SideMeasures): string[] {
  if (hls.behindMsP50 === undefined || udp.behindMsP50 === undefined) return []
  const [early, late] = sorted(hls.behindMsP50, udp.behindMsP50)
  if (late.ms - early.ms < CLEARLY_BEHIND_MS) return [`Both were about ${inSeconds(late.ms)} behind.`]
  return [`${late.name} was ${inSeconds(late.ms)} behind half of the time, ${early.name} ${inSeconds(early.ms)}.`]
}

/** The lesser first. */
function sorted(hlsMs = 0, udpMs = 0) {
  const hls = { name: 'HLS', ms: hlsMs }
  const udp = { name: 'UDP', ms: udpMs }
  return hlsMs <= udpMs ? ([hls, udp] as const) : ([udp, hls] as const)
}

function network(hls: SideMeasures, udp: SideMeasures): string[] {
  if (hls.linkOfferedPackets === undefined || udp.linkOfferedPackets === undefined) return []
  return [`The network took ${taken(hls)} packets of HLS, which TCP sent again, and ${taken(udp)} of UDP.`]
}

function taken(side: SideMeasures): string {
  const { linkOfferedPackets = 0, linkLostPackets = 0, linkTailDroppedPackets = 0, linkBlockedPackets = 0 } = side
  return `${linkLostPackets + linkTailDroppedPackets + linkBlockedPackets} of ${linkOfferedPackets}`
}

function inSeconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s` // ms to s
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}

function frames(count: number): string {
  return count === 1 ? '1 frame' : `${count} frames`
}

function were(count: number): string {
  return count === 1 ? 'was' : 'were'
}
