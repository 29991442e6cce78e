/** What an access unit begins with, ISO/IEC 14496-10 table 7-1 and ITU-T H.265 table 7-1. */
export type PictureFacts = {
  readonly isKey: boolean // IDR; of HEVC any picture of random access
  readonly sps: Uint8Array | undefined
  readonly pps: Uint8Array | undefined
  readonly hasPicture: boolean
}

export type NalCodec = 'avc' | 'hevc'

/** Reads NAL units in their order, up to the first slice. */
export function pictureFacts(units: Iterable<Uint8Array>, codec: NalCodec): PictureFacts {
  let sps: Uint8Array | undefined
  let pps: Uint8Array | undefined
  for (const unit of units) {
    const type = codec === 'avc' ? (unit[0] ?? 0) & 0x1f : ((unit[0] ?? 0) >> 1) & 0x3f
    if (type === (codec === 'avc' ? 7 : 33)) sps ??= unit
    if (type === (codec === 'avc' ? 8 : 34)) pps ??= unit
    const isSlice = codec === 'avc' ? type >= 1 && type <= 5 : type <= 31
    if (!isSlice) continue
    const isKey = codec === 'avc' ? type === 5 : type >= 16 && type <= 23
    return { isKey, sps, pps, hasPicture: true }
  }
  return { isKey: false, sps, pps, hasPicture: false }
}

/** The units of a byte stream with start codes (14496-10 annex B), the last one as far as it is there. */
export function* unitsOfByteStream(bytes: Uint8Array): Generator<Uint8Array> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let code = buffer.indexOf(START_CODE)
  while (code !== -1) {
    const next = buffer.indexOf(START_CODE, code + 3)
    yield bytes.subarray(code + 3, next === -1 ? bytes.length : next)
    code = next
  }
}
const START_CODE = Buffer.from([0, 0, 1])

/** The units of a sample with lengths before them (14496-15); what is cut off ends it. */
export function* unitsOfSample(bytes: Uint8Array, lengthBytes: number): Generator<Uint8Array> {
  let at = 0
  while (at + lengthBytes < bytes.length) {
    let size = 0
    for (let index = 0; index < lengthBytes; index += 1) size = size * 256 + (bytes[at + index] as number)
    yield bytes.subarray(at + lengthBytes, at + lengthBytes + size)
    at += lengthBytes + size
  }
}

/** `avc1.PPCCLL` of an SPS: its bytes 1 to 3, RFC 6381 section 3.3. */
export function avcCodec(sps: Uint8Array, format = 'avc1'): string {
  return `${format}.${Buffer.from(sps.subarray(1, 4)).toString('hex')}`
}

/** `hev1.1.6.L93.B0` of an SPS, ISO/IEC 14496-15 annex E: its profile_tier_level is behind one byte. */
export function hevcCodec(sps: Uint8Array, format = 'hev1'): string {
  return hevcCodecOf(withoutEmulation(sps.subarray(2, 40)).subarray(1), format)
}

/** The same of profile_tier_level itself: space, tier, profile; 4 bytes of compatibility; 6 of constraints; level. */
export function hevcCodecOf(levels: Uint8Array, format: string): string {
  const [head = 0] = levels
  const space = ['', 'A', 'B', 'C'][head >> 6]
  const compatibility = [...levels.subarray(1, 5)].reduce((bits, byte) => bits * 256 + byte, 0)
  const constraints = [...levels.subarray(5, 11)]
  while (constraints.at(-1) === 0) constraints.pop()
  const tail = constraints.map((byte) => `.${byte.toString(16).toUpperCase()}`).join('')
  const tier = (head & 0x20) !== 0 ? 'H' : 'L'
  return `${format}.${space}${head & 0x1f}.${reversed32(compatibility).toString(16).toUpperCase()}.${tier}${levels[11]}${tail}`
}

function reversed32(value: number): number {
  let result = 0
  for (let bit = 0; bit < 32; bit += 1) result = result * 2 + (Math.floor(value / 2 ** bit) % 2)
  return result
}

/** 00 00 03 stands for 00 00, 14496-10 section 7.4.1. */
function withoutEmulation(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(
    bytes.filter((byte, at) => !(byte === 3 && at > 1 && bytes[at - 1] === 0 && bytes[at - 2] === 0)),
  )
}
