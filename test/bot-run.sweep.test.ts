// The story of the bot on the forges that the quick tests leave out.

import { describeStory } from './support/bot-story.ts'

for (const kind of ['gitlab', 'gitea'] as const) describeStory(kind)
