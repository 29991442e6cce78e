import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { networkKeysOf, scenarioKeys, type ScenarioKey } from '../lab/scenario-keys.ts'
import { scenarioFolder } from '../lab/scenario-folder.ts'

/** `docs/scenarios.md`, but for its title: every key of a scenario file, from the schema, and the examples. */
export function scenarioText(
  table: (head: readonly string[], rows: readonly (readonly string[])[]) => string[],
): string[] {
  const keyTable = (keys: readonly ScenarioKey[]) => table(['key', 'must be', 'default', 'meaning'], keys.map(rowOf))
  return [
    'A scenario is one YAML file. `weir lab run FILE` makes one run of every network × every cell of the grid × every seed: in',
    'each run all sides watch the same video, each over a line of its own with the same losses, delays and rates. Numbers carry',
    'their unit in the name of their key, ratios go from 0 to 1. Unknown keys are refused; all problems are told at once, with',
    'their lines.\n',
    '```yaml',
    ...example('train.yaml'),
    '```\n',
    '## Keys\n',
    ...keyTable(scenarioKeys()),
    '\nAn axis of the grid is a list, or `{from, to, steps, scale}`: both ends and, for `steps` values in all, what lies evenly',
    'between them, by difference (`linear`, the default) or by ratio (`log`).',
    '\n### A network in the file\n',
    'What it says goes over what its preset or trace says, as a merge patch (RFC 7396): `generator: null` takes the preset’s',
    'generator away, so that a `rateBitsPerSecond` can stand there. Its seed is that of the run; `uplink` has the keys of `downlink`.\n',
    ...keyTable(networkKeysOf()),
    '\n## Budgets\n',
    'A budget is `EXPRESSION COMPARISON EXPRESSION [on NETWORK] [at AXIS=VALUE, …]`. A comparison is `<`, `<=`, `>`, `>=` or `=`;',
    'an expression has numbers, `+ - * /`, brackets and at most one measure: `[SIDE.]MEASURE [STATISTIC]`, with a key of',
    '[measures.md](measures.md) in its own unit (milliseconds, bytes, bit/s, ratios from 0 to 1). Put spaces around a minus.\n',
    ...table(
      ['budget', 'holds when'],
      [
        ['`stallRatio < 0.01`', 'every run of every side keeps it'],
        [
          '`hls.startupMs p95 < 2000`',
          'the 95th percentile (nearest rank) over all runs does; also `mean`, `min`, `max`, any `pNN`',
        ],
        ['`udp.intactFrameRatio >= hls.presentedFrameRatio - 0.01`', 'in every run, within the run'],
        ['`udp.lostPackets = 0 on fibre`', 'every run on that network does'],
        ['`rtx.intactFrameRatio > 0.99 at oneWayDelayMs=50`', 'every run of that cell does'],
      ],
    ),
    '\nA measure that a run does not have, such as the startup of what never began, keeps no budget, and counts as the worst in a',
    'statistic. A broken budget is told with the worst run in `junit.xml` and on the terminal, and the exit code is 1.\n',
    '## Results\n',
    ...table(
      ['file', 'has'],
      [
        [
          '`results.json`',
          'scenario and measures of every run; with the same scenario, seeds and version the same but for `made`',
        ],
        ['`results.csv`', 'a row for each run, side and measure, in the units of measures.md'],
        ['`junit.xml`', 'a case for each budget and side'],
        ['`report.html`', 'one page to open or print: who wins where, by how much, how sure'],
        [
          '`record-<network>[-<side>].jsonl`',
          'with `--record`: everything that happened in the first run of the network',
        ],
        ['`runs.jsonl`', 'while it runs, or after an interruption: the same command goes on from there'],
      ],
    ),
    '\n## Examples\n',
    'In [lab/scenarios](../lab/scenarios), each with its reasons:\n',
    ...table(
      ['file', 'asks'],
      readdirSync(scenarioFolder)
        .toSorted()
        .map((name) => [`[\`${name}\`](../lab/scenarios/${name})`, descriptionOf(name)]),
    ),
    '',
  ]
}

function rowOf({ path, expected, fallback, isNeeded, meaning }: ScenarioKey): readonly string[] {
  return [`\`${path}\``, expected, isNeeded ? 'needed' : fallback === '' ? '' : `\`${fallback}\``, meaning]
}

function example(name: string): readonly string[] {
  return readFileSync(join(scenarioFolder, name), 'utf8').trimEnd().split('\n')
}

function descriptionOf(name: string): string {
  return /^description: (.*)$/m.exec(readFileSync(join(scenarioFolder, name), 'utf8'))?.[1] ?? ''
}
