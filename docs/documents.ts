import type { Command } from 'commander'
import { flagKeys, flagOf, settings, variableOf } from '../server/config.ts'
import { routeTable } from '../server/route-table.ts'
import { allRules } from '../segmenter/lint/judge.ts'
import { sectionText } from '../segmenter/lint/report.ts'
import { errorCodes } from '../protocol/error-codes.ts'
import { MEASURE_KEYS, MEASURES } from '../stream/measure-table.ts'
import { SCORE_FORMULA } from '../stream/composite-score.ts'
import { scenarioText } from './scenario-document.ts'
import { createProgram } from '../weir.ts'

const NOTE = '<!-- Made by `npx tsx docs/write-docs.ts`; a test compares. -->\n'

/** The documents that are made from the program itself, by their file names. */
export function makeDocuments(): Readonly<Record<string, string>> {
  return {
    'surface.md': surfaceDocument(),
    'errors.md': errorsDocument(),
    'measures.md': measuresDocument(),
    'lint-rules.md': lintDocument(),
    'scenarios.md': ['# Scenario files\n', NOTE, ...scenarioText(table)].join('\n'),
  }
}

function surfaceDocument(): string {
  return [
    '# Public surface\n',
    NOTE,
    '## Commands\n',
    ...commandHelps(createProgram()),
    '## Settings\n',
    'A flag counts before the environment, that before the file, that before the default. `weir.example.yaml` explains each;',
    'the `link` part of the file is the link `default`, and is read again whenever the file is saved.\n',
    ...settingRows(),
    '\n## HTTP\n',
    'Errors are `application/problem+json` (RFC 9457) with a `code` of [errors.md](errors.md). `/api` refuses a foreign `Origin`,',
    'and a `Host` that is no IP address, not localhost and not the name of `publicUrl`. CORS is open under `/hls` only.\n',
    ...table(
      ['address', 'does'],
      routeTable.map(({ route, does }) => [`\`${route}\``, does]),
    ),
    '\nWith `hlsSecret` every address below `/hls` may be signed: a token (HMAC-SHA-256) of one video and until one moment stands',
    'in the path, so that what a playlist names has it, too. Without a secret there are none; with `signedUrls: demanded` there are',
    'no others, and `GET /api/videos` lists signed ones. RTSP and the pages’ UDP do not ask for them.\n',
    '\n## RTSP\n',
    '`rtsp://host:8554/<id>` is the best variant of H.264, `rtsp://host:8554/<id>/<variant>` that one (HEVC: RFC 7798);',
    '`/link/<linkId>` before it puts the whole conversation behind a link. RTP goes over UDP, interleaved in the connection',
    '(`Transport: RTP/AVP/TCP`), or to a group that all viewers share (`multicast`, where the configuration names groups).',
    "`?payload=mp2t` sends the transport stream itself (RTP/MP2T, RFC 2250), `?live=loop` one sender's packets to all who watch,",
    'again and again, and `?multicast` names the group in the description.',
    'With `?repair=rtx` lost packets may be asked for again (generic NACK, RFC 4585; retransmissions, RFC 4588).',
    'With `?repair=fec` each 8 packets are followed by one of parity (ulpfec, RFC 5109), or `&fecGroup=N`, from 2 to 16.',
    '`ffmpeg -re -i FILE -c copy -f rtsp rtsp://host:8554/live/<name>` publishes (H.264, AAC), and `rtsp://host:8554/live/<name>`',
    'plays it. `Scale` above 1 sends keyframes alone, below 0 backwards, `Speed` sends sooner.',
    'With `rtspsPort`, `tlsCertificate` and `tlsKey` the same is offered at `rtsps://` (RTSP over TLS); only what goes interleaved is encrypted.',
    'Both ports also take RTSP through HTTP (a GET and a POST with one `x-sessioncookie`): `ffmpeg -rtsp_transport http`, `rtsph://` of GStreamer.',
    'With `rtspUsers`, every method but OPTIONS asks for a name and a password, by digest (SHA-256, MD5) or Basic.\n',
  ].join('\n')
}

function commandHelps(command: Command): string[] {
  const helps = command.commands.flatMap(commandHelps)
  return [`\`\`\`\n${command.configureHelp({ helpWidth: 110 }).helpInformation().trim()}\n\`\`\`\n`, ...helps]
}

function settingRows(): string[] {
  const rows = Object.entries(settings).map(([key, { expected, fallback }]) => [
    `\`${key}\``,
    (flagKeys as readonly string[]).includes(key) ? `\`${flagOf(key)}\`` : '',
    `\`${variableOf(key)}\``,
    fallback === undefined ? '' : `\`${typeof fallback === 'object' ? JSON.stringify(fallback) : fallback}\``,
    expected,
  ])
  return table(['key', 'flag', 'environment', 'default', 'must be'], rows)
}

function errorsDocument(): string {
  const rows = Object.entries(errorCodes).map(([code, { status, title, whatToDo }]) => [
    `\`${code}\``,
    String(status),
    title,
    whatToDo,
  ])
  return [
    '# Errors\n',
    NOTE,
    'Every error of the HTTP API has one of these codes. A code once released keeps its meaning.\n',
    ...table(['code', 'status', 'what it says', 'what to do'], rows),
    '',
  ].join('\n')
}

function measuresDocument(): string {
  const rows = MEASURE_KEYS.map((key) => {
    const { label, unit, kind, definition, source } = MEASURES[key]
    return [label, `\`${key}\``, unit, kind, definition, source]
  })
  return [
    '# Measures\n',
    NOTE,
    'The same definitions for both sides of a run, folds over its record. *Measured*: taken from what happened; *modelled*:',
    'the emulated link’s or the modelled TCP’s; *estimated*: worked out with the assumption that the definition names.\n',
    ...table(['measure', 'key', 'unit', 'kind', 'definition', 'source'], rows),
    '\n## Composite score\n',
    `Only ever shown with its formula and terms: ${SCORE_FORMULA}\n`,
  ].join('\n')
}

function lintDocument(): string {
  return [
    '# Rules of `weir lint`\n',
    NOTE,
    'An error breaks a MUST, or what players rely on; a warning a SHOULD or a vendor’s rule; a note is worth knowing.',
    '*Apple* is the HLS Authoring Specification for Apple Devices.\n',
    ...table(
      ['rule', 'severity', 'section'],
      allRules.map(({ id, severity, section }) => [`\`${id}\``, severity, sectionText(section)]),
    ),
    '',
  ].join('\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}
