// Names of files that are worth fetching for the references to changed things that they may hold.

import path from 'node:path'

/**
 * Documentation, scripts, settings and build files: what tells people and machines about ports, hosts and names. Code
 * of programs is left out: there is much of it, and sizes are not known before it is fetched.
 */
const ENDINGS: ReadonlySet<string> = new Set([
  '.md',
  '.markdown',
  '.mdx',
  '.rst',
  '.adoc',
  '.txt',
  '.sh',
  '.bash',
  '.zsh',
  '.ps1',
  '.bat',
  '.cmd',
  '.env',
  '.properties',
  '.conf',
  '.cfg',
  '.cnf',
  '.config',
  '.ini',
  '.toml',
  '.mk',
  '.tpl',
  '.tmpl',
  '.gotmpl',
  '.j2',
  '.http',
  '.tf',
  '.tfvars',
  '.hcl',
  '.yaml',
  '.yml',
])

const NAMES =
  /^(?:\.env(?:\..*)?|(?:.*\.)?(?:dockerfile|containerfile)(?:\..*)?|(?:gnu)?makefile|jenkinsfile|justfile|procfile|vagrantfile|tiltfile|caddyfile|readme|install|notes)$/i

/** Whether a file is taken for a text by its name. */
export function isTextName(file: string): boolean {
  return ENDINGS.has(path.extname(file).toLowerCase()) || NAMES.test(path.basename(file))
}
