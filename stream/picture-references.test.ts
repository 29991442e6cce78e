import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { encodeHevc, needsX265 } from '../lab/test-support/h265-clip.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { BitWriter } from '../protocol/bit-writer.ts'
import { isRasl, nalType } from '../protocol/h265.ts'
import { demuxMpegTs } from '../protocol/mpeg-ts-demuxer.ts'
import { nalSyntaxes } from '../protocol/nal-syntax.ts'
import type { FrameKind } from '../protocol/outline.ts'
import { hex } from '../protocol/test-support/transport-packets.ts'
import { FrameIntegrity } from './frame-integrity.ts'
import { PictureReferences } from './picture-references.ts'

const { frameKinds, parameterSetTypes } = nalSyntaxes.h265

type Pictures = { readonly pictures: readonly (readonly Uint8Array[])[]; readonly kinds: readonly FrameKind[] }

function encode(context: TestContext, x265Params: string): Pictures {
  const file = join(temporaryFolder(context), 'clip.ts')
  encodeHevc(needsX265(context), file, { size: '160x96', x265Params, outputOptions: ['-threads', '1', '-f', 'mpegts'] })
  const ts = demuxMpegTs(readFileSync(file))
  if (!ts.ok) throw new Error(`ffmpeg's clip is unreadable: ${ts.fault.code}`)
  const pictures = ts.value.video.map(({ nals }) => nals)
  expect(pictures).toHaveLength(150)
  return { pictures, kinds: frameKinds(pictures) }
}

/** Which of the pictures say that one they lean on has not come. */
function missing(pictures: readonly (readonly Uint8Array[])[]): number[] {
  const references = new PictureReferences()
  return [...pictures.keys()].filter((index) => {
    const nals = pictures[index] ?? []
    for (const nal of nals) if (parameterSetTypes.includes(nalType(nal))) references.remember(nal)
    return references.misses(nals)
  })
}

for (const [name, x265Params] of [
  ['closed groups', 'open-gop=0:bframes=3'],
  ['open groups', 'bframes=3'],
  ['sub-layers', 'open-gop=0:bframes=3:temporal-layers=1'],
  ['no B-frames', 'open-gop=0:bframes=0:ref=3'],
] as const) {
  test(`PictureReferences misses none in a whole stream of ${name}, and names each lost one that others lean on`, (context) => {
    const { pictures, kinds } = encode(context, x265Params)
    expect(missing(pictures)).toEqual([])
    for (const [lost, kind] of kinds.entries()) {
      if (lost === 0 || lost > 60) continue
      const told = missing(pictures.toSpliced(lost, 1))
      if (kind === 'disposable') expect([lost, told]).toEqual([lost, []])
      // The next keyframe needs none, and the last picture before it has no followers.
      else if (kinds[lost + 1] !== 'idr') expect([lost, told.length > 0]).toEqual([lost, true])
    }
  })
}

// Of x265, which uses all that it keeps: the slices are made here.
const sps = hex('42010101600000030090000003000003003fa005020171f2e595952930bc05a020000003002000000303c1')
const pps = hex('4401c073c189')
const idr = hex('2801ac21182e9b')

/** The beginning of a picture that keeps some before it, and leans on some of these. */
function pictureOf(
  order: number,
  kept: readonly { readonly distance: number; readonly isUsed: boolean }[],
): Uint8Array[] {
  const bits = new BitWriter()
  bits.bits(0b11_010, 5) // the first slice, PPS 0, type 1
  bits.bits(order, 8)
  bits.bits(0, 1) // a set of its own
  const golomb = (value: number): void => bits.bits(value + 1, 2 * Math.floor(Math.log2(value + 1)) + 1)
  golomb(kept.length)
  golomb(0) // none after it
  let before = 0
  for (const { distance, isUsed } of kept) {
    golomb(before - distance - 1)
    bits.bits(isUsed ? 1 : 0, 1)
    before = distance
  }
  bits.bits(1, 1)
  return [Uint8Array.of(0x02, 0x01, ...bits.bytes())]
}

test('PictureReferences passes over a lost picture that is kept for later ones, until one leans on it', () => {
  const pictures = [
    [sps, pps, idr],
    pictureOf(1, [{ distance: -1, isUsed: true }]),
    pictureOf(2, [
      { distance: -1, isUsed: false },
      { distance: -2, isUsed: true },
    ]),
    pictureOf(3, [
      { distance: -2, isUsed: true },
      { distance: -3, isUsed: true },
    ]),
  ]
  expect(missing(pictures)).toEqual([])
  expect(missing(pictures.toSpliced(1, 1))).toEqual([2])
})

/** Verdicts of pictures that come as one packet each. */
function judge(pictures: readonly (readonly Uint8Array[])[], lost: ReadonlySet<number>) {
  const integrity = new FrameIntegrity({ codec: 'h265' })
  return pictures.flatMap((nals, sequenceNumber) => {
    if (lost.has(sequenceNumber)) {
      integrity.lose({ firstSequenceNumber: sequenceNumber, packets: 1 })
      return []
    }
    return integrity
      .push({
        timestampTicks: sequenceNumber * 3600,
        nals,
        cutNals: [],
        lostPackets: lost.has(sequenceNumber - 1) ? 1 : 0,
        firstSequenceNumber: sequenceNumber,
        lastSequenceNumber: sequenceNumber,
        holes: [],
        complete: true,
      })
      .map((verdict) => ({ ...verdict, sequenceNumber }))
  })
}

test('FrameIntegrity shows all of a whole stream of open groups', (context) => {
  const { pictures } = encode(context, 'bframes=3')
  expect(pictures.some(isRasl)).toBe(true)
  expect(judge(pictures, new Set()).every(({ state }) => state === 'intact')).toBe(true)
})

test('FrameIntegrity begins at a CRA picture, and leaves out the RASL pictures that lean on what is not there', (context) => {
  const { pictures } = encode(context, 'bframes=3')
  const cra = pictures.findIndex((nals) => nals.some((nal) => nalType(nal) === 21))
  const next = pictures.findIndex((nals, index) => index > cra && nals.some((nal) => nalType(nal) === 21))
  const group = judge(pictures.slice(cra, next), new Set())
  const frozen = group.filter(({ state }) => state === 'frozen')
  expect(frozen.length).toBeGreaterThan(0)
  expect(frozen.map(({ sequenceNumber }) => isRasl(pictures[cra + sequenceNumber] ?? []))).toEqual(
    frozen.map(() => true),
  )
  expect(frozen.every(({ nals }) => nals === undefined)).toBe(true)
  expect(group.filter(({ state }) => state === 'intact')).toHaveLength(group.length - frozen.length)
})

test('FrameIntegrity tells the damage of a lost reference picture up to the next keyframe, and none of a disposable one', (context) => {
  const { pictures, kinds } = encode(context, 'open-gop=0:bframes=3')
  const disposable = kinds.indexOf('disposable')
  expect(judge(pictures, new Set([disposable])).filter(({ state }) => state !== 'intact')).toEqual([])
  const reference = kinds.indexOf('reference', 5)
  const keyframe = kinds.indexOf('idr', 5)
  const damaged = judge(pictures, new Set([reference])).filter(({ state }) => state !== 'intact')
  expect(damaged.map(({ sequenceNumber }) => sequenceNumber)).toEqual(
    Array.from({ length: keyframe - reference - 1 }, (_, index) => reference + 1 + index),
  )
  expect(damaged[0]?.cause).toEqual({ firstSequenceNumber: reference, packets: 1 })
})
