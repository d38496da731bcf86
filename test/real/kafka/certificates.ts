// Secrets as cert-manager makes them of Certificate objects, from a certificate authority of the test's own.

import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Resource } from '../../../src/kube/resource.ts'
import { at } from '../../../src/yaml/path.ts'
import { asArray, member } from '../../../src/yaml/value.ts'
import { strings } from './pods.ts'

/** Contents of a Secret's keys. */
export type Secret = ReadonlyMap<string, string>

const USAGES: ReadonlyMap<string, readonly [extension: 'keyUsage' | 'extendedKeyUsage', name: string]> = new Map([
  ['digital signature', ['keyUsage', 'digitalSignature']],
  ['key encipherment', ['keyUsage', 'keyEncipherment']],
  ['server auth', ['extendedKeyUsage', 'serverAuth']],
  ['client auth', ['extendedKeyUsage', 'clientAuth']],
])

/** One authority for all issuers of a test; its files are in the folder. */
export class Authority {
  readonly #folder: string
  #count = 0

  private constructor(folder: string) {
    this.#folder = folder
  }

  get file(): string {
    return path.join(this.#folder, 'ca.crt')
  }

  /** An elliptic-curve key and ten years, as the generated authority has them. */
  static async make(folder: string): Promise<Authority> {
    await mkdir(folder, { recursive: true })
    const authority = new Authority(folder)
    const extensions = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,digitalSignature,keyCertSign']
    await openssl([
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '3650'],
      ...['-subj', '/CN=internal-ca', '-keyout', path.join(folder, 'ca.key'), '-out', authority.file],
      ...extensions.flatMap(extension => ['-addext', extension]),
    ])
    return authority
  }

  /** The Secret of a Certificate: its names, usages, algorithm, key encoding and output formats are taken from it. */
  async issue(certificate: Resource): Promise<Secret> {
    const { spec } = certificate.value
    const names = strings(member(spec, 'dnsNames'))
    const authority = await readFile(this.file, 'utf8')
    const key = await this.#key(spec)
    const leaf = await this.#sign(key, names, strings(member(spec, 'usages')))
    const text = await readFile(key, 'utf8')
    const formats = asArray(member(spec, 'additionalOutputFormats')).map(format => member(format, 'type'))
    return new Map([
      ['tls.key', text],
      ['tls.crt', leaf],
      ['ca.crt', authority],
      ...(formats.includes('CombinedPEM') ? [['tls-combined.pem', `${text}\n${leaf}`] as const] : []),
    ])
  }

  async #key(spec: unknown): Promise<string> {
    const file = this.#file('key')
    const { algorithm, encoding, size } = Object.fromEntries(
      ['algorithm', 'encoding', 'size'].map(name => [name, at(member(spec, 'privateKey'), [name])]),
    )
    if (algorithm !== 'RSA') throw new Error(`no key of algorithm ${algorithm} is made here`)
    // the default encoding of cert-manager is that of PKCS#1
    const traditional = encoding === 'PKCS8' ? [] : ['-traditional']
    await openssl(['genrsa', ...traditional, '-out', file, String(size)])
    return file
  }

  async #sign(key: string, names: readonly string[], usages: readonly string[]): Promise<string> {
    const [request, extensions, leaf] = ['csr', 'ext', 'crt'].map(kind => this.#file(kind)) as [string, string, string]
    const lines = [
      'basicConstraints=critical,CA:FALSE',
      // without a subject the names are what identifies it, and have to be critical
      `subjectAltName=critical,${names.map(name => `DNS:${name}`).join(',')}`,
      ...usageLines(usages),
    ]
    await writeFile(extensions, `${lines.join('\n')}\n`)
    await openssl(['req', '-new', '-key', key, '-subj', '/', '-out', request])
    const signer = ['-CA', this.file, '-CAkey', path.join(this.#folder, 'ca.key')]
    await openssl([
      ...['x509', '-req', '-in', request, ...signer, '-CAcreateserial', '-days', '365'],
      ...['-extfile', extensions, '-out', leaf],
    ])
    return readFile(leaf, 'utf8')
  }

  #file(kind: string): string {
    this.#count += 1
    return path.join(this.#folder, `${this.#count}.${kind}`)
  }
}

function usageLines(usages: readonly string[]): string[] {
  const lines = new Map<string, string[]>()
  for (const usage of usages) {
    const known = USAGES.get(usage)
    if (known === undefined) throw new Error(`no certificate for ${usage} is made here`)
    const [extension, name] = known
    lines.set(extension, [...(lines.get(extension) ?? []), name])
  }
  return [...lines].map(
    ([extension, names]) => `${extension}=${extension === 'keyUsage' ? 'critical,' : ''}${names.join(',')}`,
  )
}

async function openssl(args: readonly string[]): Promise<string> {
  return (await promisify(execFile)('openssl', args)).stdout
}
