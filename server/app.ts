import express, { type Express, type Router } from 'express'
import helmet from 'helmet'
import type { IncomingMessage } from 'node:http'
import type { Logger } from 'pino'
import type { Gate } from './gate.ts'
import { problemHandler, Refusal } from './refusal.ts'

export type AppParts = {
  readonly gate: Gate
  readonly routes: readonly Router[] // in the order in which they are asked
  readonly logger: Logger
}

/** API and pages: who may come in, then the list of routes, then the one place for errors. */
export function createApp({ gate, routes, logger }: AppParts): Express {
  const app = express()
  app.disable('x-powered-by')
  app.use(securityHeaders())
  app.use('/api', (request, response, next) => {
    gate.check(request, request.originalUrl) // Express takes `/api` from `url`
    response.setHeader('Cache-Control', 'no-store')
    next()
  })
  for (const router of routes) app.use(router)
  app.use((request) => {
    throw new Refusal('not-found', `there is no ${request.method} ${request.path.slice(0, 200)}`)
  })
  app.use(problemHandler(logger))
  return app
}

/** Where the ways of the realtime page listen: this host as the client calls it, at ports that nobody knows before. */
function otherPortsOf({ headers: { host } }: IncomingMessage): string {
  const name = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : 'localhost'
  return `http://${name}:* ws://${name}:*`
}

/** Everything from our own origin, and what connects to its other ports. hls.js plays blob: media and starts its worker from a blob. */
function securityHeaders(): ReturnType<typeof helmet> {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        connectSrc: ["'self'", (request) => otherPortsOf(request)],
        mediaSrc: ["'self'", 'blob:'],
        workerSrc: ["'self'", 'blob:'],
        imgSrc: ["'self'", 'data:', 'blob:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'self'"],
      },
    },
    strictTransportSecurity: false, // plain http, here; a proxy that speaks https sends its own
    crossOriginOpenerPolicy: false, // counts only in a secure context, and warns in the console of the others
    originAgentCluster: false, // the same
  })
}
