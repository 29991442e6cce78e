const PACKET_BYTES = 188

/** A packet that may be changed where it stands. */
export type EditedPacket = {
  readonly bytes: Buffer // all 188, shared with the stream
  readonly pid: number
  readonly isStart: boolean
  readonly payloadAt: number
  readonly index: number
}

/** A copy of a transport stream after `edit` has seen each packet; those for which it says `false` are left out. */
export function editPackets(stream: Uint8Array, edit: (packet: EditedPacket) => boolean | void): Buffer {
  const copy = Buffer.from(stream)
  const kept: Buffer[] = []
  for (let at = 0, index = 0; at + PACKET_BYTES <= copy.length; at += PACKET_BYTES, index += 1) {
    const bytes = copy.subarray(at, at + PACKET_BYTES)
    const pid = bytes.readUInt16BE(1) & 0x1fff
    const hasAdaptation = (bytes[3]! & 0x20) !== 0
    const payloadAt = hasAdaptation ? 5 + bytes[4]! : 4
    const packet = { bytes, pid, isStart: (bytes[1]! & 0x40) !== 0, payloadAt, index }
    if (edit(packet) !== false) kept.push(bytes)
  }
  return Buffer.concat(kept)
}

function hasPcr({ bytes }: EditedPacket): boolean {
  return (bytes[3]! & 0x20) !== 0 && bytes[4]! > 0 && (bytes[5]! & 0x10) !== 0
}

/** Without any clock. */
export function withoutPcr(stream: Uint8Array): Buffer {
  return editPackets(stream, (packet) => {
    if (hasPcr(packet)) packet.bytes[5]! &= ~0x10
  })
}

/** A clock that is told at the beginning and in the last quarter. */
export function withSeldomPcr(stream: Uint8Array): Buffer {
  const lastQuarter = (3 * stream.length) / PACKET_BYTES / 4
  return editPackets(stream, (packet) => {
    if (hasPcr(packet) && packet.index > 10 && packet.index < lastQuarter) packet.bytes[5]! &= ~0x10
  })
}

/** The clock from a place on, the middle unless told, some seconds later. */
export function withPcrJump(stream: Uint8Array, seconds: number, fromRatio = 0.5): Buffer {
  const first = (fromRatio * stream.length) / PACKET_BYTES
  return editPackets(stream, (packet) => {
    if (!hasPcr(packet) || packet.index < first) return
    const base = packet.bytes.readUInt32BE(6) + seconds * 45_000 // its upper 32 of 33 bits: 45 kHz
    packet.bytes.writeUInt32BE(base >>> 0, 6)
  })
}

/** All timestamps of PES packets, and the clock, some seconds later. */
export function shifted(stream: Uint8Array, seconds: number): Buffer {
  const ticks = Math.round(seconds * 90_000)
  return editPackets(stream, (packet) => {
    if (hasPcr(packet)) packet.bytes.writeUInt32BE((packet.bytes.readUInt32BE(6) + ticks / 2) >>> 0, 6)
    const { bytes, payloadAt, isStart } = packet
    if (!isStart || bytes.readUIntBE(payloadAt, 3) !== 1) return
    const flags = bytes[payloadAt + 7]!
    if ((flags & 0x80) !== 0) writeStamp(bytes, payloadAt + 9, ticks)
    if ((flags & 0x40) !== 0) writeStamp(bytes, payloadAt + 14, ticks)
  })
}

/** The last unit of a PID has no time. */
export function withoutLastTime(stream: Uint8Array, pid: number): Buffer {
  let last: EditedPacket | undefined
  const copy = editPackets(stream, (packet) => {
    if (packet.pid === pid && packet.isStart) last = packet
  })
  if (last !== undefined) copy[last.index * PACKET_BYTES + last.payloadAt + 7]! &= ~0xc0
  return copy
}

function writeStamp(bytes: Buffer, at: number, moreTicks: number): void {
  const field = bytes.subarray(at, at + 5)
  const before =
    ((field[0]! >> 1) & 7) * 2 ** 30 +
    (field[1]! << 22) +
    ((field[2]! >> 1) << 15) +
    (field[3]! << 7) +
    (field[4]! >> 1)
  const ticks = (before + moreTicks) % 2 ** 33
  field[0] = (field[0]! & 0xf1) | ((Math.floor(ticks / 2 ** 30) & 7) << 1)
  field[1] = Math.floor(ticks / 2 ** 22) & 0xff
  field[2] = ((Math.floor(ticks / 2 ** 15) & 0x7f) << 1) | 1
  field[3] = Math.floor(ticks / 2 ** 7) & 0xff
  field[4] = ((ticks & 0x7f) << 1) | 1
}

/** The NAL units of one H.264 type as another, up to `times` of them; in the bytes of any container with start codes. */
export function withNalType(stream: Uint8Array, from: number, to: number, times = Infinity): Buffer {
  const copy = Buffer.from(stream)
  let changed = 0
  for (let at = copy.indexOf('000001', 0, 'hex'); at !== -1; at = copy.indexOf('000001', at + 3, 'hex')) {
    if ((copy[at + 3]! & 0x9f) !== from || changed >= times) continue // forbidden bit 0, any nal_ref_idc
    copy[at + 3] = (copy[at + 3]! & 0x60) | to
    changed += 1
  }
  return copy
}
