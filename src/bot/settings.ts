// What a user may say about the pull requests: the section `bot` of the configuration.

import type { Section } from '../config/section.ts'
import { SCHEDULE_SCHEMA, type Schedule } from './schedule.ts'

/** What the findings of one pull request have in common. Whatever it is, safe and unsafe ones never share one. */
export type GroupBy = 'rule' | 'directory' | 'owner' | 'namespace' | 'app' | 'risk'

/** Which pull requests are opened as drafts. */
export type DraftPolicy = 'none' | 'unsafe' | 'all'

export interface BotLimits {
  /** pull requests of the bot that are open at one time */
  readonly openPullRequests: number
  /** pull requests that one run opens */
  readonly newPerRun: number
  readonly filesPerPullRequest: number
  /** new text of all files of a pull request together; like the files, exceeded only by what must not be parted */
  readonly bytesPerPullRequest: number
}

export interface BotSettings {
  readonly groupBy: GroupBy
  readonly limits: BotLimits
  readonly labels: readonly string[]
  /** accounts, without `@` */
  readonly reviewers: readonly string[]
  readonly assignees: readonly string[]
  /** what all branches of the bot begin with; ends with `/` */
  readonly branchPrefix: string
  /** branch to merge into; the repository's default branch without it */
  readonly base?: string
  readonly draft: DraftPolicy
  /** whether changes are proposed that the allowed risks hold back */
  readonly unsafe: boolean
  /** `auto`, `conventional`, `plain`, or a template that holds `{title}` */
  readonly convention: string
  /** of commits; the account's own without it */
  readonly author?: { readonly name: string; readonly email: string }
  readonly updates: 'rewrite' | 'append'
  /** days in which a pull request that the bot withdrew is opened again when its findings return */
  readonly reopenDays: number
  readonly schedule: Schedule
  /** rules and ids of findings that are not proposed */
  readonly ignore: readonly string[]
  /** globs of the files that may be changed, from the root of the repository; all when there is none */
  readonly paths: readonly string[]
}

const COUNT = { type: 'integer', minimum: 0 } as const
const NAMES = { type: 'array', items: { type: 'string', minLength: 1 } } as const

/**
 * A rule is what a reviewer says yes or no to, what a title can say, and what one commit takes back; its findings carry
 * like risks. Folders and owners suit repositories of many teams, who merge at their own pace.
 */
const DEFAULT_GROUPS: GroupBy = 'rule'

export const BOT: Section<BotSettings> = {
  name: 'bot',
  description: 'Which pull requests the bot opens, how many, when, and for whom.',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      groupBy: {
        enum: ['rule', 'directory', 'owner', 'namespace', 'app', 'risk'],
        description:
          'What the changes of one pull request have in common: a rule, the folder of the file, the code owners, the namespace, the chart or kustomization, or nothing but whether they are safe (risk). Changes of one stateful system always stay together.',
      },
      limits: {
        type: 'object',
        additionalProperties: false,
        description: 'How much the bot asks of reviewers.',
        properties: {
          openPullRequests: { ...COUNT, description: 'Pull requests of the bot that are open at one time.' },
          newPerRun: { ...COUNT, description: 'Pull requests that one run opens.' },
          filesPerPullRequest: { ...COUNT, minimum: 1, description: 'Files of one pull request; more are split.' },
          bytesPerPullRequest: {
            ...COUNT,
            minimum: 1,
            description: 'New text of all files of one pull request together, in bytes; more is split.',
          },
        },
      },
      labels: { ...NAMES, description: 'Labels that each pull request gets.' },
      reviewers: { ...NAMES, description: 'Accounts that are asked for a review, without "@".' },
      assignees: { ...NAMES, description: 'Accounts that are assigned, without "@".' },
      branchPrefix: {
        type: 'string',
        pattern: '^[a-z0-9](?:[a-z0-9_-]*/)+$',
        maxLength: 40,
        description: 'What all branches of the bot begin with: lower case, ends with a slash.',
      },
      base: {
        type: 'string',
        minLength: 1,
        description: "Branch to merge into; the repository's default branch without it.",
      },
      draft: {
        enum: ['none', 'unsafe', 'all'],
        description: 'Which pull requests are opened as drafts: none, those with unsafe changes, or all.',
      },
      unsafe: {
        type: 'boolean',
        description: 'Propose also what the allowed risks hold back, in pull requests of their own.',
      },
      convention: {
        type: 'string',
        anyOf: [{ enum: ['auto', 'conventional', 'plain'] }, { pattern: '\\{title\\}' }],
        maxLength: 100,
        description:
          'Form of titles and commit subjects: as recent commits have it (auto), "fix(k8s): …" (conventional), a plain sentence (plain), or a text of your own in which {title} stands for what is done.',
      },
      author: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'email'],
        description: "Author of commits; the account's own name and address without it.",
        properties: {
          name: { type: 'string', pattern: '^[^<>\\u0000-\\u001f]+$' },
          email: { type: 'string', pattern: '^[^<>\\s@]+@[^<>\\s@]+$' },
        },
      },
      updates: {
        enum: ['rewrite', 'append'],
        description:
          'How a changed proposal reaches a pull request that nobody has reviewed yet: one commit anew (rewrite) or a further commit (append). Reviewed ones always get further commits.',
      },
      reopenDays: {
        ...COUNT,
        description: 'Days in which a withdrawn pull request is opened again when its findings return.',
      },
      schedule: SCHEDULE_SCHEMA,
      ignore: { ...NAMES, description: 'Rules and ids of findings that are not proposed.' },
      paths: { ...NAMES, description: 'Globs of files that may be changed, from the root of the repository.' },
    },
  },
  defaults: {
    groupBy: DEFAULT_GROUPS,
    // what one team can have in review at a time
    limits: { openPullRequests: 5, newPerRun: 5, filesPerPullRequest: 100, bytesPerPullRequest: 5_000_000 },
    labels: [],
    reviewers: [],
    assignees: [],
    branchPrefix: 'kubemend/',
    draft: 'unsafe',
    unsafe: false,
    convention: 'auto',
    updates: 'rewrite',
    reopenDays: 7,
    schedule: {},
    ignore: [],
    paths: [],
  },
}
