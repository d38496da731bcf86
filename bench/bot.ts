// What the bot asks of forge and remote, and how long it takes, against a double of GitHub on loopback.
//
//   npm run bench -- bot            200, 2,000 and 10,000 manifests with 50 to fix, and 100 repositories in one process
//   npm run bench -- bot --quick    50 manifests with 10 to fix, and 3 repositories

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { filesIn } from '../test/support/bot-world.ts'
import { githubFace } from '../test/support/forge/github.ts'
import { type ForgeDouble, startForge } from '../test/support/forge/server.ts'
import type { Entries } from '../test/support/git-repository.ts'
import { type Meter, startMeter } from './bot-meter.ts'
import type { Footprint } from './bot-process.ts'
import { generate } from './generate.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const PROGRAM = join(HERE, '..', 'dist', 'cli.cjs')
const TOKEN = 'ghp_bench'

interface Size {
  readonly manifests: readonly number[]
  readonly toFix: number
  readonly repositories: number
  readonly runs: number
}

const FULL: Size = { manifests: [200, 2_000, 10_000], toFix: 50, repositories: 100, runs: 3 }
const QUICK: Size = { manifests: [50], toFix: 10, repositories: 3, runs: 1 }

interface Bench {
  readonly double: ForgeDouble
  readonly meter: Meter
  readonly scratch: string
}

export async function benchBot(isQuick: boolean): Promise<void> {
  const { manifests, toFix, repositories, runs } = isQuick ? QUICK : FULL
  const scratch = mkdtempSync(join(tmpdir(), 'kubemend-bench-bot-'))
  const double = await startForge({ faces: [githubFace()] })
  const meter = await startMeter(double.url)
  const bench: Bench = { double, meter, scratch }
  try {
    double.account('mender', { token: TOKEN, name: 'Mender', scopes: ['public_repo'] })
    const quiet: number[] = []
    for (const count of manifests) quiet.push(await benchSize(bench, count, toFix, runs))
    const verdict = new Set(quiet).size === 1 ? 'the same number' : 'NOT the same number'
    console.log(
      `\nrequests with nothing to do, for ${manifests.join(', ')} manifests: ${quiet.join(', ')} (${verdict})`,
    )
    await benchMany(bench, repositories)
  } finally {
    await meter.stop()
    await double.stop()
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** Answers how many requests a run sends that has nothing to do. */
async function benchSize(bench: Bench, count: number, toFix: number, runs: number): Promise<number> {
  const place = `acme/of-${count}`
  const checkout = join(bench.scratch, `of-${count}`)
  const files = await manifestsToFix(bench, checkout, count, toFix)
  const repository = bench.double.create(place, files)
  const url = `${bench.meter.url}/${place}`
  console.log(`\n${count} manifests, ${toFix} to fix`)
  const times = await timed(bench, runs, checkout, url)
  const asked = async (label: string): Promise<number> => {
    traffic(bench)
    const { gits } = await botProcess(bench, [url])
    const { git, api, bytes } = traffic(bench)
    console.log(
      `  ${label.padEnd(20)} ${git} requests of git, ${api} of the API, ${kilobytes(bytes)} received, ${gits} processes of git, ${repository.openPulls().length} pull requests open`,
    )
    return git + api
  }
  await asked('first run')
  const quiet = await asked('nothing to do')
  const [changed = ''] = Object.keys(files)
  repository.git.commit('main', { [changed]: `# one more line\n${String(files[changed])}` })
  await asked('one file changed')
  console.log(`  bot plan beside fix --dry-run on a checkout: ${times}`)
  return quiet
}

/** Manifests in a folder of which all but some were fixed before. */
async function manifestsToFix(bench: Bench, folder: string, count: number, toFix: number): Promise<Entries> {
  generate(folder, count)
  const before = filesIn(folder)
  await program(bench, ['fix', '-q', '--isolated', folder])
  const names = Object.keys(before).sort()
  const step = Math.floor(names.length / toFix)
  for (const name of names.filter((_, index) => index % step === 0).slice(0, toFix)) {
    writeFileSync(join(folder, name), String(before[name]))
  }
  return filesIn(folder)
}

/** Plans once on the disk and once over the forge, by turns, with the built program. */
async function timed(bench: Bench, runs: number, checkout: string, url: string): Promise<string> {
  const onDisk: Usage[] = []
  const overForge: Usage[] = []
  for (let count = 0; count < runs; count += 1) {
    onDisk.push(await program(bench, ['fix', '--dry-run', '-q', '--isolated', checkout]))
    overForge.push(await program(bench, ['bot', 'plan', '-q', '--repo', url, '--forge', 'github']))
  }
  const ratio = (field: keyof Usage) => {
    const of = (usages: readonly Usage[]) => median(usages.map(usage => usage[field]))
    return (of(overForge) / of(onDisk)).toFixed(2)
  }
  return `${ratio('wall')} times the time, ${ratio('cpu')} times the CPU without git, ${ratio('rss')} times the memory`
}

interface Usage {
  /** CPU time of the process itself, ms */
  readonly cpu: number
  /** elapsed time, ms */
  readonly wall: number
  /** peak resident memory, MB */
  readonly rss: number
}

async function program(bench: Bench, args: readonly string[]): Promise<Usage> {
  const usage = join(bench.scratch, 'usage.json')
  const start = performance.now()
  await node(bench, ['--require', join(HERE, 'probe.cjs'), PROGRAM, ...args], { KUBEMEND_BENCH_USAGE: usage }, [0, 1])
  const wall = performance.now() - start
  return { ...(JSON.parse(readFileSync(usage, 'utf8')) as { cpu: number; rss: number }), wall }
}

/** Many repositories of one process: what it holds must not depend on how many it did. */
async function benchMany(bench: Bench, repositories: number): Promise<void> {
  const folder = join(bench.scratch, 'each')
  generate(folder, 20)
  const files = filesIn(folder)
  const urls = Array.from({ length: repositories }, (_, index) => {
    bench.double.create(`acme/many-${index}`, files)
    return `${bench.meter.url}/acme/many-${index}`
  })
  for (const label of ['first run', 'nothing to do']) {
    traffic(bench)
    const { samples, gits, folders } = await botProcess(bench, urls)
    const { git, api, bytes } = traffic(bench)
    const each = (count: number) => (count / repositories).toFixed(1)
    console.log(`\n${repositories} repositories of 20 manifests, ${label}`)
    console.log(
      `  for each: ${each(git)} requests of git, ${each(api)} of the API, ${kilobytes(bytes / repositories)} received, ${each(gits)} processes of git`,
    )
    console.log(`  most connections at one time: ${bench.meter.connections()}; folders left behind: ${folders}`)
    for (const { done, heap, rss } of samples) {
      console.log(`  after ${String(done).padStart(3)}: heap ${heap.toFixed(1)} MB, resident ${rss.toFixed(0)} MB`)
    }
  }
}

async function botProcess(bench: Bench, urls: readonly string[]): Promise<Footprint> {
  const temporary = join(bench.scratch, 'temporary')
  mkdirSync(temporary, { recursive: true })
  const script = join(HERE, 'bot-process.ts')
  const output = await node(bench, ['--expose-gc', '--import', 'tsx', script, ...urls], { TMPDIR: temporary }, [0])
  return JSON.parse(output) as Footprint
}

/** Answers what it printed; fails with what it complained of when it ends with another code. */
function node(
  { scratch }: Bench,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  codes: readonly number[],
): Promise<string> {
  const child = spawn(process.execPath, args, {
    cwd: join(HERE, '..'),
    env: { ...process.env, HOME: scratch, KUBEMEND_TOKEN: TOKEN, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let complaint = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    complaint += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => {
      if (codes.includes(code ?? -1)) resolve(output)
      else reject(new Error(`${args.join(' ')}: ended with ${code}\n${complaint}`))
    })
  })
}

/** Requests and bytes since the last call. */
function traffic({ double, meter }: Bench): { git: number; api: number; bytes: number } {
  const requests = double.log.splice(0)
  const git = requests.filter(({ channel }) => channel === 'git').length
  return { git, api: requests.length - git, bytes: meter.bytes() }
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
