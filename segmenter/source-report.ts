import { z } from 'zod'
import { SegmenterRefusal } from './segmenter-refusal.ts'

const sideDataSchema = z.array(z.object({ side_data_type: z.string().optional(), rotation: z.number().optional() }))

const streamSchema = z.object({
  index: z.number().int(),
  codec_type: z.string().optional(),
  codec_tag_string: z.string().optional(),
  codec_name: z.string().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  has_b_frames: z.number().optional(),
  sample_aspect_ratio: z.string().optional(),
  r_frame_rate: z.string().optional(),
  field_order: z.string().optional(),
  color_transfer: z.string().optional(),
  color_primaries: z.string().optional(),
  color_space: z.string().optional(),
  start_time: z.coerce.number().optional().catch(undefined),
  duration: z.coerce.number().optional().catch(undefined),
  sample_rate: z.coerce.number().optional().catch(undefined),
  channels: z.number().optional(),
  disposition: z
    .object({
      default: z.number().optional(),
      attached_pic: z.number().optional(),
      forced: z.number().optional(),
      hearing_impaired: z.number().optional(),
      visual_impaired: z.number().optional(),
    })
    .optional(),
  side_data_list: sideDataSchema.optional(),
  tags: z
    .object({
      rotate: z.coerce.number().optional().catch(undefined),
      language: z.string().optional(),
      title: z.string().optional(),
      DURATION: z.string().optional(), // of Matroska
    })
    .optional(),
})

export const reportSchema = z.object({
  streams: z.array(streamSchema).default([]),
  packets: z.array(z.object({ side_data_list: sideDataSchema.optional() })).default([]), // some of the first
  format: z.object({
    format_name: z.string(),
    start_time: z.coerce.number().optional().catch(undefined),
  }),
})

/** One stream of ffprobe's report. */
export type Stream = z.infer<typeof streamSchema>

/** The stream that a player would show: the one marked as default, or else the first. */
export function pick(streams: readonly Stream[]): Stream | undefined {
  return streams.find((stream) => stream.disposition?.default === 1) ?? streams[0]
}

export function isVisible({ codec_name, width, height }: Stream): boolean {
  return codec_name !== undefined && codec_name !== 'unknown' && (width ?? 0) > 0 && (height ?? 0) > 0
}

export function isAudible({ codec_name, sample_rate, channels }: Stream): boolean {
  return codec_name !== undefined && codec_name !== 'unknown' && (sample_rate ?? 0) > 0 && (channels ?? 0) > 0
}

/** What a stream's header says of its duration; often nothing, seldom the truth. Matroska tells in a tag when the stream
 *  ends. */
export function promisedSeconds({ duration, start_time = 0, tags }: Stream): number | undefined {
  if (duration !== undefined) return duration
  const [, hours, minutes, seconds] = /^(\d{1,4}):(\d\d):(\d\d(?:\.\d+)?)$/.exec(tags?.DURATION ?? '') ?? []
  if (seconds === undefined) return undefined
  return Math.max(0, Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) - start_time)
}

/** Throws SegmenterRefusal `encrypted`: what is hidden would decode to noise. Streams tell it where a licence may be asked
 *  for, packets by their keys (ISO/IEC 23001-7), old files of Apple's and Microsoft's by their sample entries. */
export function refuseEncrypted({ streams, packets }: z.infer<typeof reportSchema>): void {
  const isHidden = ({ side_data_list = [] }: Pick<Stream, 'side_data_list'>): boolean =>
    side_data_list.some(({ side_data_type = '' }) => side_data_type.startsWith('Encryption'))
  const isNamed = ({ codec_tag_string = '' }: Stream): boolean => ENCRYPTED_TAGS.includes(codec_tag_string)
  if (![...streams, ...packets].some(isHidden) && !streams.some(isNamed)) return
  throw new SegmenterRefusal('encrypted', 'the file is encrypted (DRM), so nobody can watch it without its keys')
}
const ENCRYPTED_TAGS = ['encv', 'enca', 'drmi', 'drms']
