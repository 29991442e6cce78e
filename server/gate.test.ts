import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { Gate, isLoopback, type GateOptions } from './gate.ts'
import { Refusal } from './refusal.ts'

const open: GateOptions = { host: '127.0.0.1', publicUrl: undefined, token: undefined }
const guarded: GateOptions = { host: '0.0.0.0', publicUrl: 'https://weir.example', token: 'a-long-token' }

function verdict(options: GateOptions, headers: Record<string, string>, method = 'GET', url = '/api/videos'): string {
  try {
    new Gate(options).check({
      method,
      url,
      headers: { host: '127.0.0.1:8080', ...headers },
    } as unknown as IncomingMessage)
    return 'welcome'
  } catch (error) {
    return (error as Refusal).code
  }
}

const visits: [string, GateOptions, Record<string, string>, string, string, string][] = [
  ['an IP address', open, {}, 'GET', '/api/videos', 'welcome'],
  ['an IPv6 address', open, { host: '[::1]:8080' }, 'GET', '/api/videos', 'welcome'],
  ['localhost', open, { host: 'LOCALHOST:8080' }, 'GET', '/api/videos', 'welcome'],
  ['a name that points here', open, { host: 'evil.example:8080' }, 'GET', '/api/videos', 'foreign-host'],
  ['a host that is none', open, { host: 'a b' }, 'GET', '/api/videos', 'foreign-host'],
  ['the public name', guarded, { host: 'weir.example' }, 'GET', '/api/videos', 'welcome'],
  ['its own origin', open, { origin: 'http://127.0.0.1:8080' }, 'POST', '/api/videos', 'welcome'],
  [
    'its own origin on port 80',
    open,
    { host: 'localhost', origin: 'http://localhost' },
    'GET',
    '/api/videos',
    'welcome',
  ],
  ['the public origin', guarded, { origin: 'https://weir.example' }, 'GET', '/api/videos', 'welcome'],
  ['another port', open, { origin: 'http://127.0.0.1:9090' }, 'GET', '/api/videos', 'foreign-origin'],
  ['a sandboxed page', open, { origin: 'null' }, 'GET', '/api/videos', 'foreign-origin'],
  ['a foreign page', open, { origin: 'http://evil.example' }, 'POST', '/api/uploads', 'foreign-origin'],
  ['a writer without the token', guarded, {}, 'POST', '/api/videos', 'unauthorized'],
  [
    'a writer with another token',
    guarded,
    { authorization: 'Bearer another-token' },
    'POST',
    '/api/videos',
    'unauthorized',
  ],
  ['a writer with the token', guarded, { authorization: 'Bearer a-long-token' }, 'DELETE', '/api/videos/x', 'welcome'],
  [
    'a writer with the cookie',
    guarded,
    { cookie: 'a=b; weir-token=a-long-token' },
    'PATCH',
    '/api/videos/x',
    'welcome',
  ],
  ['a reader without the token', guarded, {}, 'GET', '/api/videos', 'welcome'],
  ['a viewer of UDP', guarded, {}, 'POST', '/api/udp-sessions?video=x', 'welcome'],
  ['a viewer with a link of its own', guarded, {}, 'PATCH', '/api/links/k7', 'welcome'],
  ['a viewer who records a run', guarded, {}, 'POST', '/api/runs/abcdefghij/events', 'welcome'],
  ['a viewer who removes a run', guarded, {}, 'DELETE', '/api/runs/abcdefghij', 'unauthorized'],
  ['a viewer who changes the default link', guarded, {}, 'PATCH', '/api/links/default', 'unauthorized'],
  ['the default link in disguise', guarded, {}, 'PATCH', '/api/links/%64efault', 'unauthorized'],
]
for (const [name, options, headers, method, url, expected] of visits) {
  test(`Gate answers ${expected} to ${name}`, () => expect(verdict(options, headers, method, url)).toBe(expected))
}

test('isLoopback knows the addresses of this machine only', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].map(isLoopback)).toEqual([true, true, true, true])
  expect(['0.0.0.0', '::', '192.0.2.1', 'localhost.example'].map(isLoopback)).toEqual([false, false, false, false])
})
