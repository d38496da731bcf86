// Writes schemas/config.schema.json, the published JSON Schema of the configuration file.
//
//   npm run config-schema

import { writeFileSync } from 'node:fs'
import { vocabularyOf } from '../src/commands/configuration.ts'
import { configurationSchema } from '../src/config/schema.ts'
import transforms from '../transforms/index.ts'

writeFileSync(
  'schemas/config.schema.json',
  `${JSON.stringify(configurationSchema(vocabularyOf(transforms)), null, 2)}\n`,
)
