#!/usr/bin/env node
// Installs and builds what is stale, then runs what was asked for. Plain Node: it runs before anything is installed.
import { spawnSync } from 'node:child_process'
const [command, ...rest] = process.argv.slice(2)
const run = (file, args, env = {}) => spawnSync(file, args, { stdio: 'inherit', env: { ...process.env, ...env } }).status ?? 1
if (command === 'test') process.exit(run('npx', ['--no-install', 'vitest', 'run', ...rest]))
