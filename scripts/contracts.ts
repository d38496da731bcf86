// Extracts what kubemend asks of GitHub from GitHub's own API descriptions (`npm run contracts`), for the tests.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as documents from '../src/forge/github/documents.ts'
import { graphqlSubset } from './contracts/graphql.ts'
import { restSubset } from './contracts/rest.ts'

const REST = { name: '@octokit/openapi', version: '23.0.2', file: 'generated/api.github.com.json' }
const GRAPHQL = { name: '@octokit/graphql-schema', version: '15.26.1', file: 'schema.graphql' }

const REPOSITORY = '/repos/{owner}/{repo}'
const OPERATIONS = [
  `GET ${REPOSITORY}`,
  `POST ${REPOSITORY}/pulls`,
  `GET ${REPOSITORY}/pulls/{pull_number}`,
  `PATCH ${REPOSITORY}/pulls/{pull_number}`,
  `POST ${REPOSITORY}/pulls/{pull_number}/requested_reviewers`,
  `POST ${REPOSITORY}/issues/{issue_number}/labels`,
  `DELETE ${REPOSITORY}/issues/{issue_number}/labels/{name}`,
  `POST ${REPOSITORY}/issues/{issue_number}/assignees`,
  `GET ${REPOSITORY}/issues/{issue_number}/comments`,
  `POST ${REPOSITORY}/issues/{issue_number}/comments`,
  `PATCH ${REPOSITORY}/issues/comments/{comment_id}`,
  `DELETE ${REPOSITORY}/issues/comments/{comment_id}`,
  `GET ${REPOSITORY}/collaborators/{username}/permission`,
  `GET ${REPOSITORY}/actions/permissions/workflow`,
  `GET ${REPOSITORY}/rules/branches/{branch}`,
  `POST ${REPOSITORY}/git/trees`,
  `GET ${REPOSITORY}/git/trees/{tree_sha}`,
  `POST ${REPOSITORY}/git/commits`,
  `GET ${REPOSITORY}/git/commits/{commit_sha}`,
  `POST ${REPOSITORY}/git/refs`,
  `GET ${REPOSITORY}/git/ref/{ref}`,
]

/** One file of a package: the packages unpack to hundreds of megabytes. */
function readFromPackage({ name, version, file }: typeof REST): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'kubemend-contracts-'))
  try {
    const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder, `${name}@${version}`])
    const archive = path.join(folder, path.basename(packed.toString().trim()))
    return execFileSync('tar', ['xzOf', archive, `package/${file}`], { encoding: 'utf8', maxBuffer: 2 ** 28 })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function sourceOf({ name, version, file }: typeof REST): string {
  return `${name} ${version}, ${file}`
}

const rest = restSubset(JSON.parse(readFromPackage(REST)), OPERATIONS)
writeFileSync('test/contract/github.json', rest.toText(sourceOf(REST)))
const graphql = graphqlSubset(readFromPackage(GRAPHQL), Object.values(documents))
writeFileSync('test/contract/github.graphql', `# From ${sourceOf(GRAPHQL)}\n\n${graphql}\n`)
