// What a reviewer can ask of the bot, in the words that it reads (controls.ts).

import type { BodyForge } from './body.ts'
import { controlBox } from './controls.ts'
import { bodyCode } from './escape.ts'
import { isUnit } from './group.ts'
import type { GroupPlan } from './plan.ts'

/** Boxes only where the forge shows them: elsewhere the same words are asked for by comment, label or title. */
export function controlsOf({ group, written }: GroupPlan, { hasCheckboxes }: BodyForge): string {
  const rule = written[0]?.rule ?? 'RULE'
  const words = [
    ['kubemend rebase', 'makes the branch anew on the current base'],
    ['kubemend pause', 'keeps the bot away until `kubemend resume`'],
    [`kubemend ignore ${rule}`, 'proposes the rule no more, or the finding whose id is given in its place'],
    ...(isUnit(group) ? [] : [['kubemend split', 'makes smaller pull requests of it']]),
  ]
  return [
    '## Controls',
    ...(hasCheckboxes ? [`${controlBox('rebase')} make the branch anew on the current base`] : []),
    'A comment with one of these lines, by somebody who may push:',
    words.map(([word, meaning]) => `- ${bodyCode(word ?? '')}: ${meaning}`).join('\n'),
    'Labels say the same (`kubemend:pause`), and so does the start of the title (`rebase!: `). Your commits on this branch are safe: the bot stops when it finds one. Closing the pull request turns its changes down: they come back only when they change.',
  ].join('\n\n')
}
