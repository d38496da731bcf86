// Roles on GitLab: who may push.

import { maybeTextAt, valueAt } from '../fields.ts'
import type { GitlabProject } from './project.ts'

/** Access level of the role Developer, the lowest one that pushes (GitLab documentation, "Roles and permissions"). */
export const DEVELOPER = 30
export const MAINTAINER = 40

/** Whether an account is a member of the project or of a group around it, at least as Developer. */
export async function canWrite(project: GitlabProject, login: string): Promise<boolean> {
  const id = await project.userId(login)
  if (id === undefined) return false
  const path = `${project.path}/members/all/${id}`
  const { status, body } = await project.http.request({ method: 'GET', path, accept: [404] })
  if (status === 404 || (maybeTextAt(body, 'state') ?? 'active') !== 'active') return false
  const level = valueAt(body, 'access_level')
  return typeof level === 'number' && level >= DEVELOPER
}
