import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { makeCertificate } from '../lab/test-support/certificate.ts'
import { needs } from '../lab/test-support/clients.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { readTlsFiles } from './tls-files.ts'

function files(context: TestContext) {
  const { certificateFile, keyFile, certificate } = makeCertificate(context)
  return { rtspsPort: 0, tlsCertificate: certificateFile, tlsKey: keyFile, certificate }
}

test('readTlsFiles gives the certificate and its end, and nothing where RTSPS is off', async (context) => {
  const settings = files(context)
  const read = await readTlsFiles(settings)
  expect(read?.identity).toEqual({ certificate: settings.certificate, key: readFileSync(settings.tlsKey, 'utf8') })
  const daysLeft = ((read?.expires.getTime() ?? 0) - Date.now()) / 86_400_000 // ms to days
  expect(Math.round(daysLeft)).toBe(1)
  expect(await readTlsFiles({ ...settings, rtspsPort: undefined })).toBeUndefined()
})

test('readTlsFiles tells all that is missing at once', async () => {
  await expect(
    readTlsFiles({ rtspsPort: 322, tlsCertificate: undefined, tlsKey: '/nowhere/key.pem' }),
  ).rejects.toMatchObject({
    problems: [
      'tlsCertificate must be a file, for rtspsPort is set, got nothing',
      'tlsKey must be a file that can be read, got /nowhere/key.pem (ENOENT)',
    ],
  })
})

test('readTlsFiles refuses what is no PEM', async (context) => {
  const { tlsKey, tlsCertificate } = files(context)
  await expect(readTlsFiles({ rtspsPort: 322, tlsCertificate: tlsKey, tlsKey: tlsCertificate })).rejects.toMatchObject({
    problems: [
      expect.stringContaining(`tlsCertificate must be a certificate as PEM, got ${tlsKey} (`),
      expect.stringContaining(`tlsKey must be a private key as PEM without a password, got ${tlsCertificate} (`),
    ],
  })
})

test("readTlsFiles refuses another certificate's key", async (context) => {
  const [ours, other] = [files(context), files(context)]
  await expect(readTlsFiles({ ...ours, tlsKey: other.tlsKey })).rejects.toMatchObject({
    problems: [
      `tlsKey must be the key of the certificate in ${ours.tlsCertificate}, got that of another: ${other.tlsKey}`,
    ],
  })
})

test('readTlsFiles refuses a key with a password', async (context) => {
  const { tlsKey, ...settings } = files(context)
  const locked = join(temporaryFolder(context), 'locked.pem')
  const key = execFileSync(needs(context, 'openssl'), ['ec', '-in', tlsKey, '-aes128', '-passout', 'pass:x'], {
    stdio: 'pipe',
  })
  writeFileSync(locked, key)
  await expect(readTlsFiles({ ...settings, tlsKey: locked })).rejects.toMatchObject({
    problems: [expect.stringContaining(`tlsKey must be a private key as PEM without a password, got ${locked} (`)],
  })
})
