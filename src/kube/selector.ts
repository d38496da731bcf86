// Label selectors: maps of equality (Services, replication controllers) and LabelSelectors (everything newer).

import { asArray, asObject, asString, type Json, type JsonObject } from '../yaml/value.ts'
import { stringMap } from './resource.ts'

type Labels = Readonly<Record<string, string>>

/** Whether a plain equality map (a Service's selector) selects the labels; an empty or absent map selects nothing. */
export function mapSelects(selector: Json | undefined, labels: Labels): boolean {
  const wanted = Object.entries(stringMap(selector))
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value)
}

/**
 * Whether a LabelSelector selects the labels. An empty selector selects everything, an absent one nothing
 * (policy/v1 and apps/v1). Unknown operators select nothing.
 */
export function labelSelectorSelects(selector: JsonObject | undefined, labels: Labels): boolean {
  if (selector === undefined) return false
  for (const [key, value] of Object.entries(stringMap(selector.matchLabels))) {
    if (labels[key] !== value) return false
  }
  return asArray(selector.matchExpressions).every(expression => expressionSelects(asObject(expression), labels))
}

function expressionSelects(expression: JsonObject | undefined, labels: Labels): boolean {
  const key = asString(expression?.key)
  if (key === undefined) return false
  const value = labels[key]
  const values = asArray(expression?.values)
  switch (expression?.operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return false
  }
}
