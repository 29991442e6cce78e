import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runGstLaunch } from '../lab/test-support/gst-launch.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { decodeRtp, extendSequenceNumber } from '../protocol/rtp.ts'
import { makePackageClip } from '../udp-relay/test-support/package-clip.ts'
import { ParityRecovery } from './parity-recovery.ts'

const PARITY = 100

/** Datagrams between their lengths, RFC 4571. */
function* framed(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at + 2 <= bytes.length;) {
    const sizeBytes = ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
    yield bytes.subarray(at + 2, at + 2 + sizeBytes)
    at += 2 + sizeBytes
  }
}

test("ParityRecovery gives back every single packet out of the parity of GStreamer's rtpulpfecenc", async (context) => {
  const folder = temporaryFolder(context)
  const [source, sent] = [join(folder, 'source.ts'), join(folder, 'sent.rtp')]
  writeFileSync(source, Buffer.concat(makePackageClip().segments))
  const pipeline = `filesrc location=${source} ! tsdemux ! h264parse ! rtph264pay pt=96 mtu=500
    ! rtpulpfecenc pt=${PARITY} percentage=50 ! rtpstreampay ! filesink location=${sent}`
  const { status } = await runGstLaunch(context, pipeline, { timeoutMs: 60_000 })
  expect(status).toBe(0)
  let highest: number | undefined
  const packets = [...framed(readFileSync(sent))].map((datagram) => {
    const read = decodeRtp(datagram)
    if (!read.ok) throw new Error(read.fault.code)
    highest = extendSequenceNumber(read.value.sequenceNumber, highest ?? read.value.sequenceNumber)
    return { ...read.value, sequenceNumber: highest, datagram }
  })
  const parityCount = packets.filter(({ payloadType }) => payloadType === PARITY).length
  expect(parityCount).toBeGreaterThan(150) // one and more for each picture

  let wholePackets = 0
  for (const lost of packets.filter(({ payloadType }) => payloadType === 96)) {
    const recovery = new ParityRecovery(lost.ssrc)
    const near = packets.filter(({ sequenceNumber }) => Math.abs(sequenceNumber - lost.sequenceNumber) < 100)
    const recovered = near.flatMap(({ sequenceNumber, payloadType, datagram, payload }) => {
      if (sequenceNumber === lost.sequenceNumber) return []
      return payloadType === PARITY
        ? recovery.takeParity(sequenceNumber, payload).recovered
        : recovery.takeMedia(sequenceNumber, datagram)
    })
    // At the edges of what is near, others may come back too.
    const again = recovered.find(({ sequenceNumber }) => sequenceNumber === lost.sequenceNumber)
    if (again !== undefined && Buffer.compare(again.packet, lost.datagram) === 0) wholePackets += 1
  }
  expect(wholePackets).toBe(packets.length - parityCount)
})
