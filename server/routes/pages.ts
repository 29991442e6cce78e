import { Router, static as serveStatic, type RequestHandler } from 'express'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { TOKEN_COOKIE, type Gate } from '../gate.ts'
import { Refusal } from '../refusal.ts'

/** The pages are one built page; it reads its own address. */
const PAGE_PATHS = ['/', '/compare/:id', '/what-if/:id', '/lab', '/lab/guided/:name', '/realtime']

/** The pages and their files. A page opened with the right `?token=` gets it as a cookie and loses it from its address. */
export function pageRoutes(builtFolder: string, gate: Gate): Router {
  return Router()
    .get(PAGE_PATHS, keepToken(gate), (_request, response, next) => {
      const page = join(builtFolder, 'index.html')
      if (!existsSync(page)) throw new Refusal('pages-not-built', `expected ${page}`)
      response.setHeader('Cache-Control', 'no-cache')
      response.sendFile(page, { cacheControl: false }, (error?: Error) => error && next(error))
    })
    .use('/assets', serveStatic(join(builtFolder, 'assets'), { immutable: true, maxAge: '1y', index: false })) // hashed names
    .use(serveStatic(builtFolder, { index: false, redirect: false }))
}

function keepToken(gate: Gate): RequestHandler {
  return (request, response, next) => {
    const { token, ...query } = request.query
    if (token === undefined) return next()
    if (typeof token !== 'string' || !gate.isToken(token)) {
      throw new Refusal('unauthorized', 'expected the token of this server in ?token=')
    }
    response.cookie(TOKEN_COOKIE, token, { httpOnly: true, sameSite: 'strict', secure: request.secure })
    const rest = new URLSearchParams(query as Record<string, string>).toString()
    response.redirect(303, rest === '' ? request.path : `${request.path}?${rest}`)
  }
}
