// Judges configuration files by their JSON Schema (2020-12).

import type { Json } from '../yaml/value.ts'
import { loadAjv2020, loadConfigurationValidator, type StandaloneValidate } from './bundled.ts'
import type { JsonSchema } from './compact.ts'
import { AJV_OPTIONS } from './compiler.ts'
import { toSchemaErrors } from './messages.ts'
import type { SchemaError } from './types.ts'

/** Everything that is wrong with a configuration; nothing is loaded before the first one is judged. */
export function configurationJudge(schema: JsonSchema): (value: Json) => readonly SchemaError[] {
  let validate: StandaloneValidate | undefined
  return value => {
    validate ??=
      loadConfigurationValidator() ?? (new (loadAjv2020())(AJV_OPTIONS).compile(schema) as StandaloneValidate)
    if (validate(value)) return []
    return toSchemaErrors(validate.errors ?? [], value, schema, () => undefined)
  }
}
