// Cuts a GraphQL schema down to the fields that some documents ask for, with all that their arguments need.

import {
  buildASTSchema,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  Kind,
  parse,
  print,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql'

/** Throws when a document is not valid against the whole schema. */
export function graphqlSubset(schemaText: string, documents: readonly string[]): string {
  const whole = parse(schemaText, { noLocation: true })
  const parsed = documents.map(document => parse(document))
  const { fields, inputs } = usedBy(whole, parsed)
  const definitions = whole.definitions.flatMap(definition => keep(definition, fields, inputs) ?? [])
  const subset = visit({ kind: Kind.DOCUMENT, definitions } as DocumentNode, {
    Directive: () => null,
    StringValue: (node, key) => (key === 'description' ? null : node),
  })
  assertValid(subset, parsed)
  return print(subset)
}

interface Used {
  /** names of fields by the name of their type or interface */
  readonly fields: ReadonlyMap<string, ReadonlySet<string>>
  /** input types, enums and scalars */
  readonly inputs: ReadonlySet<string>
}

function usedBy(whole: DocumentNode, documents: readonly DocumentNode[]): Used {
  const schema = build(whole)
  const fields = new Map<string, Set<string>>()
  const inputs = new Set<string>()
  const useInput = (name: string): void => {
    if (inputs.has(name)) return
    inputs.add(name)
    const type = schema.getType(name)
    if (!isInputObjectType(type)) return
    for (const field of Object.values(type.getFields())) useInput(getNamedType(field.type).name)
  }
  assertValid(whole, documents)
  for (const document of documents) {
    const info = new TypeInfo(schema)
    visit(
      document,
      visitWithTypeInfo(info, {
        Field: () => {
          const parent = info.getParentType()?.name ?? ''
          const field = info.getFieldDef()
          if (!field || field.name.startsWith('__')) return
          fields.set(parent, (fields.get(parent) ?? new Set()).add(field.name))
          for (const argument of field.args) useInput(getNamedType(argument.type).name)
          const answer = getNamedType(field.type)
          if ('getFields' in answer) fields.set(answer.name, fields.get(answer.name) ?? new Set())
          else useInput(answer.name)
        },
      }),
    )
  }
  return { fields, inputs }
}

function keep(
  definition: DefinitionNode,
  used: ReadonlyMap<string, ReadonlySet<string>>,
  inputs: ReadonlySet<string>,
): DefinitionNode | undefined {
  switch (definition.kind) {
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
    case Kind.ENUM_TYPE_DEFINITION:
    case Kind.SCALAR_TYPE_DEFINITION:
      return inputs.has(definition.name.value) ? definition : undefined
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION: {
      const interfaces = (definition.interfaces ?? []).filter(({ name }) => used.has(name.value))
      const owners = [definition.name, ...interfaces.map(({ name }) => name)]
      const names = new Set(owners.flatMap(({ value }) => [...(used.get(value) ?? [])]))
      if (!used.has(definition.name.value) && interfaces.length === 0) return undefined
      const fields = (definition.fields ?? []).filter(({ name }: FieldDefinitionNode) => names.has(name.value))
      return { ...definition, interfaces, fields }
    }
    default:
      return undefined
  }
}

/** The published schema has a field twice: it is taken as it is. */
function build(schema: DocumentNode): GraphQLSchema {
  return buildASTSchema(schema, { assumeValid: true, assumeValidSDL: true })
}

function assertValid(schema: DocumentNode, documents: readonly DocumentNode[]): void {
  for (const document of documents) {
    const [error] = validate(build(schema), document)
    if (error !== undefined) throw error
  }
}
