// The story of the bot on the forges that the quick tests leave out; a sample leaves them to what all forges share.

import { describe } from 'vitest'
import { describeStory } from './support/bot-story.ts'
import { IS_SAMPLE } from './support/bot-sweep.ts'

describe.skipIf(IS_SAMPLE)('the story', () => {
  for (const kind of ['gitlab', 'gitea'] as const) describeStory(kind)
})
