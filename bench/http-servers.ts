import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { trackChild } from '../lab/test-support/child-processes.ts'

export type StaticServer = { readonly url: string; stop(): Promise<void> }

const NGINX_PORT = 28_660
const EXPRESS_PORT = 28_661
const BARE_PORT = 28_662

/** One worker at its best: the kernel sends (sendfile), files stay open, nothing is logged, no connection is closed. */
const nginxConfig = (root: string, folder: string): string => `
daemon off;
worker_processes 1;
user root;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log error;
events { worker_connections 8192; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  keepalive_timeout 65s;
  open_file_cache max=10000 inactive=600s;
  open_file_cache_valid 600s;
  types { application/vnd.apple.mpegurl m3u8; video/mp2t ts; }
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server { listen 127.0.0.1:${NGINX_PORT}; root ${root}; }
}
`

/** nginx over a folder. */
export async function startNginx(root: string, folder: string): Promise<StaticServer> {
  const own = join(folder, 'nginx')
  mkdirSync(own, { recursive: true })
  const config = join(own, 'nginx.conf')
  writeFileSync(config, nginxConfig(root, own))
  return listening(spawn('nginx', ['-c', config, '-e', join(own, 'error.log')]), NGINX_PORT)
}

/** express.static over a folder, with nothing else in the application. */
export async function startExpressStatic(root: string): Promise<StaticServer> {
  const program = `
    import express from 'express'
    const app = express()
    app.disable('x-powered-by')
    app.use(express.static(${JSON.stringify(root)}, { immutable: true, maxAge: '1y' }))
    app.listen(${EXPRESS_PORT}, '127.0.0.1')`
  const args = ['--input-type=module', '-e', program]
  const env = { ...process.env, NODE_ENV: 'production' }
  return listening(spawn(process.execPath, args, { cwd: join(import.meta.dirname, '..'), env }), EXPRESS_PORT)
}

/** The floor: Node's own server, which holds every file in memory and says only what it must. */
export async function startBareNode(root: string): Promise<StaticServer> {
  const program = `
    import { createServer } from 'node:http'
    import { readFileSync } from 'node:fs'
    const files = new Map()
    const read = (url) => {
      const body = readFileSync(${JSON.stringify(root)} + url)
      return { body, headers: ['Content-Type', 'video/mp2t', 'Content-Length', String(body.length)] }
    }
    createServer((request, response) => {
      if (request.url === '/') return void response.writeHead(404).end()
      if (!files.has(request.url)) files.set(request.url, read(request.url))
      const { body, headers } = files.get(request.url)
      response.writeHead(200, headers).end(body)
    }).listen(${BARE_PORT}, '127.0.0.1')`
  return listening(spawn(process.execPath, ['--input-type=module', '-e', program]), BARE_PORT)
}

const START_MS = 10_000

async function listening(started: ChildProcess, port: number): Promise<StaticServer> {
  const child = trackChild(started)
  const url = `http://127.0.0.1:${port}`
  for (const sinceMs = performance.now(); !(await answers(url)); await sleep(50)) {
    if (child.exitCode !== null || performance.now() - sinceMs > START_MS) throw new Error(`nothing listens at ${url}`)
  }
  return {
    url,
    async stop() {
      if (child.exitCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url)).arrayBuffer()
    return true
  } catch {
    return false
  }
}
