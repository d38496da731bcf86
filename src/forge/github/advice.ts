// What to change when GitHub refuses: which permission, which setting, where.

import type { Answer } from '../errors.ts'

const BY_MESSAGE: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [
    /actions is not permitted to create/i,
    'in the settings of the repository (or its organization), Actions, General, Workflow permissions: tick "Allow GitHub Actions to create and approve pull requests"; or use the token of an App',
  ],
  [/archived/i, 'the repository is archived: unarchive it, or leave it out'],
  [/SAML/i, 'authorize the token for the single sign-on of the organization'],
  [/IP allow list/i, 'the organization lets only listed addresses in: run where one of them is used'],
  [
    /refusing to allow .* workflow/i,
    'files under .github/workflows are not to be changed: leave them out of the configuration',
  ],
  [
    /rule violations|protected branch|cannot be updated|push declined/i,
    'a rule of the repository covers the branch: let the account of the bot pass it, or choose another branch prefix',
  ],
  [
    /signed|verified signature/i,
    'the repository demands signed commits: use the token of an App, whose commits GitHub signs',
  ],
  [/draft pull requests are not supported/i, 'the plan of this repository has no drafts'],
  [/was submitted too quickly/i, 'run again later'],
]

/** Advice on a refusal; undefined when the status says it all. */
export function adviceOn({ status, headers, message }: Answer): string | undefined {
  const known = BY_MESSAGE.find(([pattern]) => pattern.test(message))
  if (known !== undefined) return known[1]
  if (status === 403 || /not accessible|FORBIDDEN|INSUFFICIENT_SCOPES|required scopes/.test(message))
    return permission(headers)
  return undefined
}

/**
 * The permission that the refused request needs, from `X-Accepted-GitHub-Permissions` (`contents=write`; fine-grained
 * tokens and Apps) or `X-Accepted-OAuth-Scopes` (classic tokens).
 */
function permission(headers: Headers): string | undefined {
  const permissions = headers.get('x-accepted-github-permissions')
  if (permissions) return `give the token the permission ${list(permissions)}`
  const scopes = headers.get('x-accepted-oauth-scopes')
  const isClassic = headers.get('x-oauth-scopes') !== null
  return isClassic && scopes ? `give the token one of the scopes ${list(scopes)}` : undefined
}

/** Alternatives are parted by `;`, what belongs together by `,`. */
function list(text: string): string {
  const shown = text.replace(/[^\w=,;: -]/g, '')
  return shown
    .split(';')
    .map(part =>
      part
        .split(',')
        .map(entry => entry.trim())
        .join(' and '),
    )
    .join(', or ')
}
