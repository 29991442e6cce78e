/** One ADTS frame, ISO/IEC 14496-3 section 1.A.2.2. */
export type AdtsFrame = {
  readonly sizeBytes: number
  readonly objectType: number
  readonly sampleRateHz: number
  readonly channels: number
  readonly samples: number
}

const RATES_HZ = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350]

/** The frame that begins at `at`; undefined where none does. */
export function readAdtsFrame(bytes: Uint8Array, at: number): AdtsFrame | undefined {
  if (at + 7 > bytes.length || bytes[at] !== 0xff || ((bytes[at + 1] as number) & 0xf6) !== 0xf0) return undefined
  const [b2, b3, b4, b5, b6] = bytes.subarray(at + 2, at + 7) as unknown as [number, number, number, number, number]
  const sampleRateHz = RATES_HZ[(b2 >> 2) & 0x0f]
  const sizeBytes = ((b3 & 0x03) << 11) | (b4 << 3) | (b5 >> 5)
  if (sampleRateHz === undefined || sizeBytes < 7) return undefined
  const channels = ((b2 & 0x01) << 2) | (b3 >> 6)
  return { sizeBytes, objectType: (b2 >> 6) + 1, sampleRateHz, channels, samples: 1024 * ((b6 & 0x03) + 1) }
}
