import { createCipheriv } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findClient, needs } from '../../lab/test-support/clients.ts'
import { makePackage } from '../package.ts'
import { makeClip } from '../test-support/clips.ts'
import { findTools, type Tools } from '../tools.ts'
import { lintFolder, lintPackage } from './lint.ts'
import { byteRangeFaults } from './test-support/byte-range-faults.ts'
import {
  editPackets,
  shifted,
  withNalType,
  withoutLastTime,
  withoutPcr,
  withSeldomPcr,
  withPcrJump,
} from './test-support/edit-ts.ts'
import { PackageFiles, type PlantedFault } from './test-support/package-files.ts'
import { rulesOf } from './test-support/rules-of.ts'

const VIDEO_PID = 256
const AUDIO_PID = 257

let tools: Tools
let folder: string

beforeAll(async () => {
  if (findClient('ffmpeg') === undefined || findClient('ffprobe') === undefined) return
  tools = await findTools(process.env)
  folder = mkdtempSync(join(tmpdir(), 'weir-test-'))
  const clip = await makeClip(tools, join(folder, 'clip.mp4'), { rate: '10', seconds: 10 })
  await makePackage(clip, join(folder, 'right'), { tools, segments: 'fmp4', singleFiles: true })
  onlyFiles('plain', /^master\.m3u8$|\/index\.m3u8$|\.ts$|\.jpg$/)
  onlyFiles('single', /^master-single\.m3u8$|\/index-single\.m3u8$|\/single\.ts$/)
  onlyFiles('single-fmp4', /^master-fmp4-single\.m3u8$|\/fmp4-single\.m3u8$|\/single\.mp4$/)
})

/** A part of the package, without the second name of its keyframes, so that each fault of a segment has one rule to find it. */
function onlyFiles(name: string, kept: RegExp): void {
  const path = join(folder, name)
  cpSync(join(folder, 'right'), path, { recursive: true })
  for (const file of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
    if (file.includes('.') && !kept.test(file)) rmSync(join(path, file))
  }
  const [master = ''] = readdirSync(path).filter((file) => file.endsWith('.m3u8'))
  const text = readFileSync(join(path, master), 'utf8')
  writeFileSync(join(path, master), text.replaceAll(/^#EXT-X-I-FRAME-STREAM-INF:.*\n/gm, ''))
}

function copyOf(name: string): string {
  const copy = mkdtempSync(join(folder, 'copy-'))
  cpSync(join(folder, name), copy, { recursive: true })
  return copy
}

afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true })
})

test('lintFolder finds nothing wrong with a package of ours', async (context) => {
  needs(context, 'ffprobe')
  const result = await lintFolder(join(folder, 'right'), { ffprobe: tools.ffprobe })
  expect(result).toMatchObject({ findings: [], playlists: 16, segments: 44 })
  expect(await lintPackage(join(folder, 'right'), { tools })).toEqual([])
})

test('lintFolder asks ffprobe once for a variant and the I-frame list that shows the same pictures', async (context) => {
  needs(context, 'ffprobe')
  const [counting, asked] = [join(folder, 'ffprobe'), join(folder, 'asked')]
  writeFileSync(counting, `#!/bin/sh\necho >> ${asked}\nexec ${tools.ffprobe.path} "$@"\n`, { mode: 0o755 })
  const right = join(folder, 'right')
  await lintFolder(join(right, 'master.m3u8'), { ffprobe: { ...tools.ffprobe, path: counting } })
  const master = readFileSync(join(right, 'master.m3u8'), 'utf8')
  expect(master.match(/^#EXT-X-I-FRAME-STREAM-INF:/gm)).toHaveLength(2)
  expect(readFileSync(asked, 'utf8')).toBe('\n\n')
})

const list = '240p/index.m3u8'
const other = '270p/index.m3u8'
const first = '240p/00000.ts'
const middle = '240p/00001.ts'

const faults: readonly PlantedFault[] = [
  // The lines of the multivariant playlist.
  ['no EXTM3U', 'first-line', (f) => f.text('master.m3u8', '#EXTM3U\n', '')],
  ['a tag twice', 'tag-twice', (f) => f.text('master.m3u8', '#EXT-X-VERSION:3', '#EXT-X-VERSION:3\n#EXT-X-VERSION:3')],
  ['a segment tag', 'mixed-tags', (f) => f.text('master.m3u8', '#EXT-X-IND', '#EXT-X-ENDLIST\n#EXT-X-IND')],
  ['no BANDWIDTH', 'attribute-missing', (f) => f.text('master.m3u8', /:BANDWIDTH=\d+,/, ':')],
  ['BANDWIDTH in quotes', 'attribute-type', (f) => f.text('master.m3u8', /:BANDWIDTH=(\d+)/, ':BANDWIDTH="$1"')],
  ['a space between attributes', 'attribute-list', (f) => f.text('master.m3u8', ',CODECS', ', CODECS')],
  ['an attribute twice', 'attribute-twice', (f) => f.text('master.m3u8', /,(FRAME-RATE=[\d.]+)/, ',$1,$1')],
  ['CODECS that no one can read', 'codecs-form', (f) => f.text('master.m3u8', /avc1\.\w+/, 'avc1.42')],
  ['a group that is not there', 'group-missing', (f) => f.text('master.m3u8', ',CODECS', ',AUDIO="a",CODECS')],
  [
    'AVERAGE-BANDWIDTH above BANDWIDTH',
    'bandwidth-value',
    (f) => f.text('master.m3u8', /AVERAGE-BANDWIDTH=/, 'AVERAGE-BANDWIDTH=9'),
  ],
  ['no URI after a variant', 'uri-tag', (f) => f.text('master.m3u8', '240p/index.m3u8\n', '')],
  ['a variant that is not there', 'playlist-resource', (f) => f.text('master.m3u8', '240p/', '241p/')],
  // What they say of the media.
  [
    'BANDWIDTH below the peak',
    'bandwidth',
    (f) => f.text('master.m3u8', /:BANDWIDTH=\d+,AVERAGE-BANDWIDTH=\d+/, ':BANDWIDTH=50000'),
  ],
  [
    'AVERAGE-BANDWIDTH of half',
    'average-bandwidth',
    (f) => f.text('master.m3u8', /AVERAGE-BANDWIDTH=\d+/, 'AVERAGE-BANDWIDTH=30000'),
  ],
  ['CODECS of another profile', 'codecs', (f) => f.text('master.m3u8', /avc1\.64/, 'avc1.42')],
  ['CODECS of another level', 'codecs', (f) => f.text('master.m3u8', /(avc1\.\w{4})\w\w/, '$133')],
  ['CODECS without the sound', 'codecs', (f) => f.text('master.m3u8', ',mp4a.40.2', '')],
  ['CODECS of another kind of AAC', 'codecs', (f) => f.text('master.m3u8', 'mp4a.40.2', 'mp4a.40.34')],
  ['CODECS with what is not there', 'codecs-extra', (f) => f.text('master.m3u8', 'mp4a.40.2', 'mp4a.40.2,ac-3')],
  ['another RESOLUTION', 'resolution', (f) => f.text('master.m3u8', /RESOLUTION=\d+x240/, 'RESOLUTION=640x360')],
  ['a FRAME-RATE too low', 'frame-rate', (f) => f.text('master.m3u8', 'FRAME-RATE=10.000', 'FRAME-RATE=8.000')],
  // The lines of a media playlist.
  [
    'an EXTINF over the target',
    'extinf-over-target',
    (f) => [list, other].forEach((name) => f.text(name, 'TARGETDURATION:4', 'TARGETDURATION:3')),
  ],
  ['no target duration', 'target-duration-missing', (f) => f.text(list, /#EXT-X-TARGETDURATION.*\n/, '')],
  ['no EXTINF', 'uri-tag', (f) => f.text(list, /#EXTINF.*\n/, '')],
  ['an EXTINF without a segment', 'uri-tag', (f) => f.text(list, '00001.ts\n', '')],
  ['an EXTINF that is no number', 'tag-value', (f) => f.text(list, '#EXTINF:4.000000,', '#EXTINF:four,')],
  ['a type of its own', 'tag-value', (f) => f.text(list, ':EVENT', ':LIVE')],
  ['fractions in version 2', 'version-too-low', (f) => f.text(list, 'VERSION:3', 'VERSION:2')],
  [
    'the media sequence too late',
    'sequence-after-segment',
    (f) => f.text(list, /(#EXT-X-MEDIA-SEQUENCE:0\n)([^]*00000\.ts\n)/, '$2$1'),
  ],
  [
    'a byte range from nowhere',
    'byte-range-start',
    (f) => f.text(list, /VERSION:3([^]*?)#EXTINF/, 'VERSION:4$1#EXT-X-BYTERANGE:1880\n#EXTINF'),
  ],
  [
    'a byte range beyond the end',
    'byte-range',
    (f) => f.text(list, /VERSION:3([^]*?)#EXTINF/, 'VERSION:4$1#EXT-X-BYTERANGE:999999999@0\n#EXTINF'),
  ],
  ['a key without an address', 'key', (f) => f.text(list, '#EXTINF', '#EXT-X-KEY:METHOD=AES-128\n#EXTINF')],
  [
    'a key that is not there',
    'key-resource',
    (f) => f.text(list, '#EXTINF', '#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXTINF'),
  ],
  [
    'a file that is not encrypted',
    'decrypt',
    (f) => (
      f.bytes('poster.jpg', (b) => b.subarray(0, 16)),
      f.text(list, '#EXTINF', '#EXT-X-KEY:METHOD=AES-128,URI="../poster.jpg"\n#EXTINF')
    ),
  ],
  ['a space before a URI', 'whitespace', (f) => f.text(list, '\n00001.ts', '\n 00001.ts')],
  ['a byte order mark', 'byte-order-mark', (f) => f.text(list, '#EXTM3U', '\ufeff#EXTM3U')],
  // Segments and time.
  ['a segment that is not there', 'resource', (f) => f.remove(middle)],
  ['an empty segment', 'resource', (f) => f.bytes(middle, () => Buffer.alloc(0))],
  [
    'a page in place of a segment',
    'format',
    (f) => f.bytes(middle, () => Buffer.from('<!doctype html><title>404</title>')),
  ],
  ['EXTINF shorter than the segment', 'extinf-measured', (f) => f.text(list, '#EXTINF:4.', '#EXTINF:3.')],
  ['a segment listed twice', 'timestamp-jump', (f) => f.text(list, /(#EXTINF.*\n00001\.ts\n)/, '$1$1')],
  ['a variant that ends early', 'variants-duration', (f) => f.text(list, /#EXTINF.*\n00001[^]*00002\.ts\n/, '')],
  ['a segment left out', 'timestamp-jump', (f) => f.text(list, /#EXTINF.*\n00001\.ts\n/, '')],
  ['two segments in the wrong order', 'timestamp-jump', (f) => f.swap(first, middle)],
  ['a segment from another time', 'timestamp-jump', (f) => f.bytes(middle, (b) => shifted(b, 100))],
  ['a variant from another time', 'variants-timestamps', (f) => f.each('240p', (b) => shifted(b, 1))],
  [
    'a discontinuity in one variant',
    'variants-discontinuity',
    (f) => f.text(list, /(#EXTINF.*\n00001)/, '#EXT-X-DISCONTINUITY\n$1'),
  ],
  [
    'another target duration in one variant',
    'variants-target-duration',
    (f) => f.text(list, 'TARGETDURATION:4', 'TARGETDURATION:5'),
  ],
  [
    'a segment that begins with another picture',
    'independent-segment',
    (f) => f.bytes(middle, (b) => withNalType(b, 5, 1, 1)),
  ],
  ['a segment without parameter sets', 'parameter-sets', (f) => f.bytes(middle, (b) => withNalType(b, 7, 12))],
  // Transport stream.
  [
    'a lost sync byte',
    'ts-sync',
    (f) => f.bytes(middle, (b) => Buffer.concat([b.subarray(0, 1880), Buffer.from([0]), b.subarray(1881)])),
  ],
  ['half a packet', 'ts-size', (f) => f.bytes(middle, (b) => b.subarray(0, b.length - 94))],
  ['a lost packet', 'ts-continuity', (f) => f.bytes(middle, (b) => editPackets(b, ({ index }) => index !== 40))],
  [
    'no program tables',
    'ts-tables',
    (f) => f.bytes(middle, (b) => editPackets(b, ({ pid }) => pid >= VIDEO_PID && pid < 4096)),
  ],
  ['no clock', 'pcr-missing', (f) => f.bytes(middle, withoutPcr)],
  ['a clock that jumps', 'pcr-jump', (f) => f.bytes(middle, (b) => withPcrJump(b, 20))],
  ['sound in another PID', 'discontinuity-missing', (f) => f.bytes(middle, (b) => withAudioPid(b, 300))],
  ['two programs', 'ts-programs', (f) => f.bytes(middle, withSecondProgram)],
]

function withAudioPid(stream: Buffer, pid: number): Buffer {
  return editPackets(stream, (packet) => {
    if (packet.pid === AUDIO_PID) packet.bytes.writeUInt16BE((packet.bytes.readUInt16BE(1) & 0xe000) | pid, 1)
    const told = packet.bytes.indexOf(Buffer.from([0x0f, 0xe0 | (AUDIO_PID >> 8), AUDIO_PID & 0xff])) // in the PMT
    if (packet.pid === 4096 && told !== -1) packet.bytes.writeUInt16BE(0xe000 | pid, told + 1)
  })
}

/** The program association table is one entry longer; its CRC is not looked at. */
function withSecondProgram(stream: Buffer): Buffer {
  return editPackets(stream, ({ pid, bytes, payloadAt }) => {
    if (pid !== 0) return
    const section = payloadAt + 1
    bytes[section + 2]! += 4
    Buffer.from([0, 2, 0xf0, 0x10]).copy(bytes, section + 12)
  })
}

/** What players get over. */
const softFaults: readonly PlantedFault[] = [
  ['a picture without a time', 'ts-pes', (f) => f.bytes(middle, (b) => withoutLastTime(b, VIDEO_PID))],
  ['a clock that is ahead of the media', 'pcr-late', (f) => f.bytes(middle, (b) => withPcrJump(b, 2, 0))],
]

for (const [name, rule, edit] of softFaults) {
  test(`lintFolder warns of ${name}`, async (context) => {
    needs(context, 'ffprobe')
    const copy = copyOf('plain')
    edit(new PackageFiles(copy))
    const { findings } = await lintFolder(copy, { ffprobe: undefined })
    expect(rulesOf(findings, 'warning')).toContain(rule)
  })
}

test('lintFolder takes a clock that is told seldom for no clock that jumps', async (context) => {
  needs(context, 'ffprobe')
  const copy = copyOf('plain')
  new PackageFiles(copy).bytes(middle, withSeldomPcr)
  const { findings } = await lintFolder(copy, { ffprobe: undefined })
  expect([rulesOf(findings), rulesOf(findings, 'warning')]).toEqual([[], ['pcr-interval']])
})

const KEYS = ['00112233445566778899aabbccddeeff', 'ffeeddccbbaa99887766554433221100'].map((text) =>
  Buffer.from(text, 'hex'),
)

/** Of one rendition the segments, encrypted; each has the other key of two than the one before. */
function encrypt(path: string): void {
  const names = readdirSync(path)
    .filter((name) => name.endsWith('.ts'))
    .sort()
  for (const [sequence, name] of names.entries()) {
    writeFileSync(join(path, name), encrypted(readFileSync(join(path, name)), KEYS[sequence % 2] as Buffer, sequence))
  }
  KEYS.forEach((key, number) => writeFileSync(join(path, `${number}.key`), key))
  const text = readFileSync(join(path, 'index.m3u8'), 'utf8')
  let sequence = 0
  const keyed = text.replaceAll('#EXTINF', () => `#EXT-X-KEY:METHOD=AES-128,URI="${sequence++ % 2}.key"\n#EXTINF`)
  writeFileSync(join(path, 'index.m3u8'), keyed)
}

function encrypted(clear: Uint8Array, key: Buffer, sequence: number): Buffer {
  const iv = Buffer.from(sequence.toString(16).padStart(32, '0'), 'hex')
  const cipher = createCipheriv('aes-128-cbc', key, iv)
  return Buffer.concat([cipher.update(clear), cipher.final()])
}

/** What is done to a rendition that is encrypted. */
const encryptionFaults: typeof faults = [
  ['a key that is too long', 'key-resource', (f) => f.bytes('240p/0.key', (b) => Buffer.concat([b, b]))],
  ['a key that is too short', 'key-resource', (f) => f.bytes('240p/0.key', (b) => b.subarray(1))],
  ['a key that is not there', 'key-resource', (f) => f.remove('240p/1.key')],
  ['another key', 'decrypt', (f) => f.bytes('240p/1.key', () => Buffer.alloc(16, 7))],
  ['keys that are changed too late', 'decrypt', (f) => f.text(list, '"1.key"', '"0.key"')],
  ['other bytes', 'decrypt', (f) => f.bytes(middle, (b) => Buffer.alloc(b.length, 0x47))],
  ['an encrypted segment cut short', 'decrypt', (f) => f.bytes(middle, (b) => b.subarray(0, b.length - 5))],
  ['a key that does not apply any more', 'format', (f) => f.text(list, 'AES-128,URI="1.key"', 'NONE')],
  // Of a wrong IV nothing but the first 16 bytes are wrong.
  ['another IV', 'decrypt', (f) => f.text(list, '"1.key"', '"1.key",IV=0x800000000000001')],
  ['the IV of another segment', 'decrypt', (f) => f.text(list, 'MEDIA-SEQUENCE:0', 'MEDIA-SEQUENCE:2')],
]

for (const [name, rule, edit] of [['nothing', '', () => {}] as const, ...encryptionFaults]) {
  test(`lintFolder tells of ${name} in what is encrypted`, async (context) => {
    needs(context, 'ffprobe')
    const copy = copyOf('plain')
    encrypt(join(copy, '240p'))
    edit(new PackageFiles(copy))
    const { findings, segments } = await lintFolder(copy, { ffprobe: undefined })
    expect(rulesOf(findings)).toEqual(rule === '' ? [] : [rule])
    if (rule === '') expect([findings, segments]).toEqual([[], 6])
  })
}

test('there are at least 40 planted faults', () => expect(faults.length).toBeGreaterThanOrEqual(40))

for (const [name, rule, edit] of faults) {
  test(`lintFolder tells of ${name}`, async (context) => {
    needs(context, 'ffprobe')
    const copy = copyOf('plain')
    edit(new PackageFiles(copy))
    const ffprobe = rule === 'resolution' ? tools.ffprobe : undefined // the only rule that asks it
    const { findings } = await lintFolder(copy, { ffprobe })
    expect(rulesOf(findings)).toEqual([rule])
  })
}

for (const [part, name, rule, edit] of byteRangeFaults) {
  test(`lintFolder tells of ${name}, in ${part}`, async (context) => {
    needs(context, 'ffprobe')
    const copy = copyOf(part)
    edit(new PackageFiles(copy))
    const { findings } = await lintFolder(copy, { ffprobe: undefined })
    expect([...rulesOf(findings), ...rulesOf(findings, 'warning')]).toContain(rule)
  })
}

test('lintFolder takes a range without an offset for one that goes on', async (context) => {
  needs(context, 'ffprobe')
  const copy = copyOf('single')
  new PackageFiles(copy).text('240p/index-single.m3u8', /(BYTERANGE:\d+)@[1-9]\d*/g, '$1')
  const { findings, segments } = await lintFolder(copy, { ffprobe: undefined })
  expect([findings, segments]).toEqual([[], 6])
})
