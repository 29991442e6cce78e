import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { TlsIdentity } from '../udp-relay/rtsp-server.ts'
import { ConfigProblems, type Config } from './config.ts'

type TlsSettings = Pick<Config, 'rtspsPort' | 'tlsCertificate' | 'tlsKey'>
type Read = { readonly text: string } | { readonly problem: string }

/** What RTSPS shows of itself, from the files that the configuration names; undefined: there is to be none. `expires` is
 *  the end of the certificate's validity. Throws ConfigProblems for files that are missing, no PEM, or do not match. */
export async function readTlsFiles(
  settings: TlsSettings,
): Promise<{ readonly identity: TlsIdentity; readonly expires: Date } | undefined> {
  const { rtspsPort, tlsCertificate, tlsKey } = settings
  if (rtspsPort === undefined) return undefined
  const [certificate, key] = await Promise.all([readPem('tlsCertificate', tlsCertificate), readPem('tlsKey', tlsKey)])
  const problems = [certificate, key].flatMap((read) => ('problem' in read ? [read.problem] : []))
  if ('problem' in certificate || 'problem' in key) throw new ConfigProblems(problems)
  const x509 = attempt(() => new X509Certificate(certificate.text))
  const privateKey = attempt(() => createPrivateKey(key.text))
  const mismatch = problemsOfPair(settings, x509, privateKey)
  if (x509 instanceof Error || mismatch.length > 0) throw new ConfigProblems(mismatch)
  return { identity: { certificate: certificate.text, key: key.text }, expires: new Date(x509.validTo) }
}

async function readPem(name: 'tlsCertificate' | 'tlsKey', path: string | undefined): Promise<Read> {
  if (path === undefined) return { problem: `${name} must be a file, for rtspsPort is set, got nothing` }
  return readFile(path, 'utf8').then(
    (text) => ({ text }),
    ({ code }: NodeJS.ErrnoException) => ({
      problem: `${name} must be a file that can be read, got ${path} (${code})`,
    }),
  )
}

function problemsOfPair(
  { tlsCertificate, tlsKey }: TlsSettings,
  x509: X509Certificate | Error,
  key: KeyObject | Error,
): string[] {
  const problems: string[] = []
  if (x509 instanceof Error)
    problems.push(`tlsCertificate must be a certificate as PEM, got ${tlsCertificate} (${x509.message})`)
  if (key instanceof Error) {
    problems.push(`tlsKey must be a private key as PEM without a password, got ${tlsKey} (${key.message})`)
  }
  if (x509 instanceof Error || key instanceof Error || x509.checkPrivateKey(key)) return problems
  return [`tlsKey must be the key of the certificate in ${tlsCertificate}, got that of another: ${tlsKey}`]
}

function attempt<T>(work: () => T): T | Error {
  try {
    return work()
  } catch (error) {
    return error as Error
  }
}
