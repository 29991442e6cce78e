import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { ConfigProblems, describeConfig, readConfig, settings, type ConfigInput } from './config.ts'

function read({ flags = {}, env = {}, text }: { flags?: object; env?: object; text?: string }) {
  const file = text === undefined ? undefined : { path: '/etc/weir.yaml', text }
  return readConfig({ flags, env, file, userFolder: '/home/ann' } as ConfigInput)
}

function problemsOf(input: Parameters<typeof read>[0]): readonly string[] {
  try {
    read(input)
    return []
  } catch (error) {
    if (error instanceof ConfigProblems) return error.problems
    throw error
  }
}

test('readConfig takes a flag before the environment before the file before the default', () => {
  const flags = { port: '1' }
  const env = { WEIR_PORT: '2', WEIR_RTSP_PORT: '2' }
  const { config, origins } = read({ flags, env, text: 'port: 3\nrtspPort: 3\nrtpPort: 4' })
  expect([config.port, config.rtspPort, config.rtpPort, config.host]).toEqual([1, 2, 4, '127.0.0.1'])
  expect([origins.port, origins.rtspPort, origins.rtpPort, origins.host]).toEqual([
    '--port',
    'WEIR_RTSP_PORT',
    '/etc/weir.yaml',
    'default',
  ])
})

test('readConfig counts relative folders from the user, and those of a file from the file', () => {
  expect(read({}).config.media).toBe('/home/ann/media')
  expect(read({ flags: { media: '../m' } }).config.media).toBe('/home/m')
  expect(read({ text: 'media: ./m' }).config.media).toBe('/etc/m')
  expect(read({ text: 'tlsKey: k.pem' }).config).toMatchObject({ tlsKey: '/etc/k.pem', tlsCertificate: undefined })
})

test('readConfig reads true and false of the environment, and an empty file', () => {
  expect(read({ env: { WEIR_SAMPLE: 'false' }, text: '# nothing yet\n' }).config.sample).toBe(false)
})

test('readConfig takes the link part of the file', () => {
  const { config, origins } = read({ text: 'link: { seed: 7, downlink: { oneWayDelayMs: 35 } }' })
  expect(config.link).toEqual({ seed: 7, downlink: { oneWayDelayMs: 35 } })
  expect(origins.link).toBe('/etc/weir.yaml')
})

test('readConfig takes users and multicast groups from the file and from the environment', () => {
  const text = 'rtspUsers: { ann: secret }\nmulticast: { groups: 239.1.2.0/30, interface: 127.0.0.1 }'
  const { config } = read({ text })
  expect(config.rtspUsers).toEqual({ ann: 'secret' })
  expect(config.multicast).toEqual({ groups: '239.1.2.0/30', port: 5004, ttl: 1, interface: '127.0.0.1' })
  expect(read({ text, env: { WEIR_RTSP_USERS: '{bob: "a:b"}' } }).config.rtspUsers).toEqual({ bob: 'a:b' })
})

const wrong: { name: string; input: Parameters<typeof read>[0]; problem: string }[] = [
  {
    name: 'a port that is no number',
    input: { flags: { port: 'http' } },
    problem: '--port must be a whole number from 0 to 65535, got "http"',
  },
  {
    name: 'a port out of range',
    input: { env: { WEIR_RTSP_PORT: '70000' } },
    problem: 'WEIR_RTSP_PORT must be a whole number from 0 to 65535, got 70000',
  },
  {
    name: 'an odd RTP port',
    input: { text: 'rtpPort: 8001' },
    problem: '/etc/weir.yaml: rtpPort must be an even number from 0 to 65534 (RTCP takes the odd one above), got 8001',
  },
  {
    name: 'a number written as text in a file',
    input: { text: 'port: "8080"' },
    problem: '/etc/weir.yaml: port must be a whole number from 0 to 65535, got "8080"',
  },
  {
    name: 'an empty host',
    input: { flags: { host: '' } },
    problem: '--host must be a host name or an IP address, got ""',
  },
  {
    name: 'a list for the folder',
    input: { text: 'media: [a]' },
    problem: '/etc/weir.yaml: media must be a folder, got ["a"]',
  },
  {
    name: 'a public address without a scheme',
    input: { flags: { publicUrl: 'weir.example' } },
    problem: '--public-url must be an http or https address, got "weir.example"',
  },
  {
    name: 'a short token, without telling it',
    input: { flags: { token: 'hunter2' } },
    problem: '--token must be at least 8 letters, digits or characters of ._~+/=-, got something else',
  },
  {
    name: 'a switch that is neither on nor off',
    input: { env: { WEIR_SAMPLE: 'yes' } },
    problem: 'WEIR_SAMPLE must be true or false, got "yes"',
  },
  {
    name: 'no jobs at all',
    input: { text: 'jobs: 0' },
    problem: '/etc/weir.yaml: jobs must be a whole number from 1 to 64, or absent for one a core, got 0',
  },
  {
    name: 'an upload limit of nothing',
    input: { text: 'maxUploadBytes: 0' },
    problem: '/etc/weir.yaml: maxUploadBytes must be a whole number from 1 to 9007199254740991, got 0',
  },
  {
    name: 'a negative reserve',
    input: { text: 'minFreeBytes: -1' },
    problem: '/etc/weir.yaml: minFreeBytes must be a whole number from 0 to 9007199254740991, got -1',
  },
  {
    name: 'uploads without end',
    input: { text: 'uploadsPerMinute: 1e9' },
    problem: '/etc/weir.yaml: uploadsPerMinute must be a whole number from 1 to 10000, got 1000000000',
  },
  {
    name: 'half a connection',
    input: { text: 'eventConnectionsPerAddress: 0.5' },
    problem: '/etc/weir.yaml: eventConnectionsPerAddress must be a whole number from 1 to 10000, got 0.5',
  },
  {
    name: 'no connection for anybody',
    input: { text: 'connectionsPerAddress: 0' },
    problem: '/etc/weir.yaml: connectionsPerAddress must be a whole number from 1 to 1000000, got 0',
  },
  {
    name: 'another fate of connections',
    input: { env: { WEIR_CONNECTIONS_BEYOND: 'queue' } },
    problem: 'WEIR_CONNECTIONS_BEYOND must be answer or refuse, got "queue"',
  },
  {
    name: 'less than no memory',
    input: { text: 'hotBytes: -1' },
    problem: '/etc/weir.yaml: hotBytes must be a whole number from 0 to 1000000000000, got -1',
  },
  {
    name: 'no patience at all',
    input: { text: 'answerIdleSeconds: 0' },
    problem: '/etc/weir.yaml: answerIdleSeconds must be a whole number from 1 to 86400, got 0',
  },
  {
    name: 'clients that take nothing',
    input: { text: 'answerSlowestBitsPerSecond: 0' },
    problem: '/etc/weir.yaml: answerSlowestBitsPerSecond must be a whole number from 1 to 1000000000, got 0',
  },
  {
    name: 'an unknown log level',
    input: { env: { WEIR_LOG_LEVEL: 'loud' } },
    problem: 'WEIR_LOG_LEVEL must be one of debug, info, warn, error, silent, got "loud"',
  },
  {
    name: 'users that are none, without telling the password',
    input: { env: { WEIR_RTSP_USERS: '{"a b": secret}' } },
    problem:
      'WEIR_RTSP_USERS must be a map of names (letters, digits, ._@-) to passwords (printable ASCII), got something else',
  },
  {
    name: 'a secret that is short, without telling it',
    input: { env: { WEIR_HLS_SECRET: 'easily guessed' } },
    problem: 'WEIR_HLS_SECRET must be at least 16 printable characters of ASCII, without spaces, got something else',
  },
  {
    name: 'signed addresses without a secret to sign with',
    input: { text: 'signedUrls: demanded' },
    problem: 'signedUrls: demanded needs hlsSecret',
  },
  {
    name: 'encryption without a secret to make keys of',
    input: { env: { WEIR_ENCRYPT_HLS: 'true' } },
    problem: 'encryptHls: true needs hlsSecret',
  },
  {
    name: 'single files, which could not be served, with encryption',
    input: { env: { WEIR_ENCRYPT_HLS: 'true', WEIR_SINGLE_FILES: 'true', WEIR_HLS_SECRET: 'x'.repeat(32) } },
    problem: 'singleFiles: true is not with encryptHls: true, since ranges of one file are never encrypted',
  },
  {
    name: 'groups that are no multicast addresses',
    input: { text: 'multicast: { groups: 10.0.0.0/24 }' },
    problem:
      '/etc/weir.yaml: multicast must be a map of groups (an IPv4 multicast range, such as 239.255.42.0/24), port (even), ttl and interface (its IPv4 address), got {"groups":"10.0.0.0/24"}',
  },
  {
    name: 'an unknown key',
    input: { text: 'prot: 8080' },
    problem: `/etc/weir.yaml: prot is no key; the keys are ${Object.keys(settings).join(', ')}, link`,
  },
  {
    name: 'a link profile out of range',
    input: { text: 'link: { downlink: { queueMs: 1s } }' },
    problem: '/etc/weir.yaml: link.downlink.queueMs must be a number from 1 to 10000, got "1s"',
  },
  { name: 'a file that is no map', input: { text: '- a' }, problem: '/etc/weir.yaml must be a map of keys, got ["a"]' },
  {
    name: 'a file that is no YAML',
    input: { text: 'port: [1' },
    problem:
      '/etc/weir.yaml: Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 9:',
  },
]
for (const { name, input, problem } of wrong) {
  test(`readConfig refuses ${name}`, () => expect(problemsOf(input)).toEqual([problem]))
}

test('readConfig tells every problem at once', () => {
  const text = 'port: -1\nhots: x\nlink: { seed: -1 }'
  expect(problemsOf({ flags: { rtpPort: '3' }, text })).toHaveLength(4)
})

test('describeConfig is YAML with every key and never the token or a password', () => {
  const env = { WEIR_RTSP_USERS: '{ann: secret-word}', WEIR_HLS_SECRET: 'secret-of-addresses' }
  const { config, origins } = read({ flags: { token: 'secret-token' }, env })
  const text = describeConfig(config, origins)
  expect(Object.keys(parse(text))).toEqual([...Object.keys(settings), 'link'])
  expect(text).toContain('port: 8080 # default')
  expect(text).not.toContain('secret-token')
  expect(text).not.toContain('secret-word')
  expect(text).not.toContain('secret-of-addresses')
})

test('weir.example.yaml has every key with its default', () => {
  const text = readFileSync('weir.example.yaml', 'utf8').replaceAll(/^# (?=\w+:)/gm, '')
  const { config } = readConfig({ flags: {}, env: {}, file: { path: '/x/weir.yaml', text }, userFolder: '/x' })
  const unencrypted = { rtspsPort: undefined, tlsCertificate: undefined, tlsKey: undefined }
  const { config: defaults } = readConfig({ flags: {}, env: {}, file: undefined, userFolder: '/x' })
  expect({
    ...config,
    publicUrl: undefined,
    token: undefined,
    hlsSecret: undefined,
    jobs: undefined,
    multicast: undefined,
    ...unencrypted,
  }).toEqual({
    ...defaults,
    link: config.link,
  })
  expect(Object.keys(parse(text)).sort()).toEqual([...Object.keys(settings), 'link'].sort())
})
