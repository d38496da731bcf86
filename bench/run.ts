// Speed and memory of the built program, as ratios of one run: whole processes, medians of several.
//
//   npm run bench                 generated manifests, N = 1, 100, 1,000 and 10,000
//   npm run bench -- --real DIR   the manifests of a folder as well
//   npm run bench -- bot          the bot against a forge: see bot.ts
//   npm run bench -- --quick      all of it with small numbers, once each: that it runs, not how fast

import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { manifestsBelow } from '../scripts/manifests.ts'
import { benchBot } from './bot.ts'
import { generate } from './generate.ts'
import { phases } from './phases.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const PROGRAM = join(HERE, '..', 'dist', 'cli.cjs')

interface Usage {
  /** CPU time of the process, ms */
  readonly cpu: number
  /** elapsed time, ms */
  readonly wall: number
  /** peak resident memory, MB */
  readonly rss: number
}

function once(args: readonly string[], scratch: string): Usage {
  const usageFile = join(scratch, 'usage.json')
  const start = process.hrtime.bigint()
  const child = spawnSync(process.execPath, ['--require', join(HERE, 'probe.cjs'), ...args], {
    env: { ...process.env, KUBEMEND_BENCH_USAGE: usageFile, NO_COLOR: '1' },
    cwd: scratch,
    stdio: ['ignore', 'ignore', 'pipe'],
    maxBuffer: 1 << 28,
  })
  const wall = Number(process.hrtime.bigint() - start) / 1e6
  // 1: there are findings; 4: some manifests cannot be read, as in every real collection
  if (![0, 1, 4].includes(child.status ?? -1)) throw new Error(`${args.join(' ')}: ${child.stderr.toString()}`)
  return { ...(JSON.parse(readFileSync(usageFile, 'utf8')) as { cpu: number; rss: number }), wall }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

function measure(runs: number, args: readonly string[], scratch: string): Usage {
  const usages = Array.from({ length: runs }, () => once(args, scratch))
  const of = (field: keyof Usage) => median(usages.map(usage => usage[field]))
  return { cpu: of('cpu'), wall: of('wall'), rss: of('rss') }
}

interface Measured {
  readonly label: string
  readonly files: number
  readonly megabytes: number
  readonly bare: Usage
  readonly fix: Usage
  readonly check: Usage
}

/** Times a folder of manifests: the bare parse, a dry run of `fix` and, on the fixed copy, `check`. */
function measureFolder(label: string, folder: string, runs: number, scratch: string): Measured {
  const sources = manifestsBelow(folder)
  const fixed = join(scratch, 'fixed')
  cpSync(folder, fixed, { recursive: true })
  once([PROGRAM, 'fix', '-q', fixed], scratch)
  const bare = measure(runs, [join(HERE, 'bare-parse.cjs'), folder], scratch)
  const fix = measure(runs, [PROGRAM, 'fix', '--dry-run', '-q', folder], scratch)
  const check = measure(runs, [PROGRAM, 'check', '-q', fixed], scratch)
  rmSync(fixed, { recursive: true })
  const bytes = sources.reduce((sum, { path }) => sum + statSync(join(folder, path)).size, 0)
  return { label, files: sources.length, megabytes: bytes / 1e6, bare, fix, check }
}

function printFolder(measured: Measured, empty: Usage): void {
  const { label, files, megabytes, bare } = measured
  console.log(`\n${label}: ${files} files, ${megabytes.toFixed(2)} MB`)
  console.log(`  bare parse          ${figures(bare, bare, measured)}`)
  console.log(`  fix --dry-run       ${figures(measured.fix, bare, measured)}`)
  console.log(`  check of the fixed  ${figures(measured.check, bare, measured)}`)
  const net = (usage: Usage) => Math.max(usage.cpu - empty.cpu, 1)
  const ratio = (usage: Usage) => (net(usage) / net(bare)).toFixed(2)
  console.log(
    `  without start-up: fix ${ratio(measured.fix)} times, check ${ratio(measured.check)} times the bare parse`,
  )
}

function figures(usage: Usage, bare: Usage, { files, megabytes }: Measured): string {
  const seconds = usage.cpu / 1000
  return [
    `${(usage.cpu / bare.cpu).toFixed(2).padStart(6)} times the CPU`,
    `${(megabytes / seconds).toFixed(2).padStart(6)} MB/s`,
    `${(files / seconds).toFixed(0).padStart(6)} files/s`,
    `${usage.rss.toFixed(0).padStart(5)} MB peak`,
  ].join('  ')
}

/** Slope of a figure between two sizes on logarithmic axes: 1 is linear growth. */
function exponent(small: Measured, large: Measured, figure: (measured: Measured) => number): string {
  return (Math.log(figure(large) / figure(small)) / Math.log(large.files / small.files)).toFixed(2)
}

function main(args: readonly string[]): void {
  const quick = args.includes('--quick')
  const real = args[args.indexOf('--real') + 1]
  const runs = quick ? 1 : 3
  const scratch = mkdtempSync(join(tmpdir(), 'kubemend-bench-'))
  try {
    const startRuns = quick ? 3 : 15
    const empty = measure(startRuns, [join(HERE, 'empty.cjs')], scratch)
    generate(join(scratch, 'one'), 1)
    console.log('start-up, elapsed ms over an empty script')
    for (const command of [['--version'], ['--help'], ['diff', join(scratch, 'one')]]) {
      const usage = measure(startRuns, [PROGRAM, ...command], scratch)
      console.log(`  ${(command[0] ?? '').padEnd(12)} ${(usage.wall - empty.wall).toFixed(0)}`)
    }
    const measured: Measured[] = []
    for (const count of quick ? [1, 100] : [1, 100, 1_000, 10_000]) {
      const folder = join(scratch, `generated-${count}`)
      generate(folder, count)
      const figures = measureFolder(`${count} generated`, folder, runs, scratch)
      printFolder(figures, empty)
      measured.push(figures)
      if (count === 1_000) phases(folder)
    }
    const [small, large] = measured.slice(-2)
    if (!quick && small !== undefined && large !== undefined) {
      const net = (field: 'fix' | 'check' | 'bare') => (m: Measured) => m[field].cpu - empty.cpu
      const memory = (m: Measured) => m.fix.rss - empty.rss
      console.log(`\ngrowth exponent from ${small.files} to ${large.files} files, start-up subtracted`)
      console.log(
        `  bare ${exponent(small, large, net('bare'))}  fix ${exponent(small, large, net('fix'))}  check ${exponent(small, large, net('check'))}  memory of fix ${exponent(small, large, memory)}`,
      )
    }
    if (args.includes('--real') && real !== undefined) {
      printFolder(measureFolder('real', resolve(real), runs, scratch), empty)
      phases(resolve(real))
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

const given = process.argv.slice(2)
const isQuick = given.includes('--quick')
if (!given.includes('bot')) main(given)
if (given.includes('bot') || isQuick) await benchBot(isQuick)
