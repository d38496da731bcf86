// What kind of GitHub token one is, by its prefix (GitHub: "GitHub's token formats").

export type TokenType = 'app' | 'fine-grained' | 'classic' | 'other'

/** `app`: of an installation, the workflow token among them. Prefixes are the same on Enterprise servers. */
export function tokenType(token: string): TokenType {
  if (token.startsWith('ghs_')) return 'app'
  if (token.startsWith('github_pat_')) return 'fine-grained'
  return token.startsWith('ghp_') || token.startsWith('gho_') || /^[0-9a-f]{40}$/.test(token) ? 'classic' : 'other'
}
