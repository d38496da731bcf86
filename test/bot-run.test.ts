// The story of the bot, told on one forge; the others have theirs among the slower tests.

import { describeStory } from './support/bot-story.ts'

describeStory('github')
