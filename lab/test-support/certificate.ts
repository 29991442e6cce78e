import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { needs } from './clients.ts'
import { temporaryFolder } from './temporary-folder.ts'

export type TestCertificate = {
  readonly certificateFile: string
  readonly keyFile: string
  readonly certificate: string // PEM
  readonly key: string // PEM
}

/** A self-signed certificate for localhost and 127.0.0.1, a day long. Skips the test where openssl is not on this machine. */
export function makeCertificate(context: Pick<TestContext, 'onTestFinished' | 'skip'>): TestCertificate {
  const openssl = needs(context, 'openssl')
  const folder = temporaryFolder(context)
  const [certificateFile, keyFile] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile]
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  execFileSync(openssl, ['req', '-x509', ...key, '-out', certificateFile, '-days', '1', ...names], { stdio: 'pipe' })
  const read = (file: string): string => readFileSync(file, 'utf8')
  return { certificateFile, keyFile, certificate: read(certificateFile), key: read(keyFile) }
}
