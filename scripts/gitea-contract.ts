// Extracts what kubemend asks of Gitea from Gitea's own API description (`npm run contracts:gitea`), for the tests.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { restSubset } from './contracts/rest.ts'
import { openApiOf } from './contracts/swagger.ts'

const GO = 'go'
const MODULE = 'code.gitea.io/gitea'
const FILE = 'templates/swagger/v1_json.tmpl'

const REPOSITORY = '/repos/{owner}/{repo}'
const OPERATIONS = [
  'GET /settings/api',
  'GET /user',
  'GET /notifications/new',
  `GET ${REPOSITORY}`,
  `GET ${REPOSITORY}/branches/{branch}`,
  `GET ${REPOSITORY}/teams`,
  `GET ${REPOSITORY}/assignees`,
  `GET ${REPOSITORY}/collaborators/{collaborator}/permission`,
  `GET ${REPOSITORY}/labels`,
  `POST ${REPOSITORY}/labels`,
  `GET ${REPOSITORY}/pulls`,
  `POST ${REPOSITORY}/pulls`,
  `GET ${REPOSITORY}/pulls/{index}`,
  `PATCH ${REPOSITORY}/pulls/{index}`,
  `POST ${REPOSITORY}/pulls/{index}/requested_reviewers`,
  `GET ${REPOSITORY}/issues/{index}/labels`,
  `POST ${REPOSITORY}/issues/{index}/labels`,
  `DELETE ${REPOSITORY}/issues/{index}/labels/{id}`,
  `GET ${REPOSITORY}/issues/{index}/timeline`,
  `GET ${REPOSITORY}/issues/{index}/comments`,
  `POST ${REPOSITORY}/issues/{index}/comments`,
  `PATCH ${REPOSITORY}/issues/comments/{id}`,
]

/** The module of the server that the tests run (see test/real/gitea), fetched by Go where it is not there yet. */
function module(): { readonly Dir: string; readonly Version: string } {
  const answer = execFileSync(GO, ['mod', 'download', '-json', MODULE], { cwd: 'test/real/gitea', encoding: 'utf8' })
  return JSON.parse(answer)
}

const { Dir, Version } = module()
const swagger = JSON.parse(readFileSync(path.join(Dir, FILE), 'utf8'))
const text = restSubset(openApiOf(swagger), OPERATIONS).toText(`${MODULE} ${Version}, ${FILE}`)
writeFileSync('test/contract/gitea.json', text)
