import { spawnSync } from 'node:child_process'
import { root } from './places.mjs'

/** The commit that is checked out, with a plus sign where files differ from it; `unknown` outside a repository. */
export function commitName(): string {
  const commit = git('rev-parse', '--short=10', 'HEAD')
  if (commit === '') return 'unknown'
  return git('status', '--porcelain', '--untracked-files=no') === '' ? commit : `${commit}+`
}

function git(...args: string[]): string {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : ''
}
