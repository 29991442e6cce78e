#!/usr/bin/env node
// What every npm script of this project begins with: see that this Node will do, then hand over.
// Plain Node, and no newer than what it tests for: it runs before anything is installed, on whatever Node there is.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`weir needs Node 20.19 or newer; this is Node ${process.versions.node} (${process.execPath}).`)
  process.exit(3)
}
const { main } = await import('./build/commands.mjs')
await main(process.argv.slice(2))
