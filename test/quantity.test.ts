import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareQuantities, isQuantity, parseQuantity } from '../src/kube/quantity.ts'

describe('quantities', () => {
  it.each([
    ['0', 0],
    ['500m', 0.5],
    ['1', 1],
    [2, 2],
    [0.5, 0.5],
    ['1.5', 1.5],
    ['.5', 0.5],
    ['5.', 5],
    ['1k', 1000],
    ['1Ki', 1024],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['2Ei', 2 ** 61],
    ['1e3', 1000],
    ['1E3', 1000],
    ['1E', 1e18],
    ['12e-1', 1.2],
    ['100n', 1e-7],
    ['-250m', -0.25],
    ['+1', 1],
  ])('reads %s as %d', (text, value) => {
    expect(parseQuantity(text)).toBe(value)
  })

  it.each([
    '',
    ' 1',
    '1 ',
    '1 Gi',
    '1K',
    '1gi',
    '1mi',
    '1GB',
    'm',
    '.',
    '1.2.3',
    '0x10',
    '1_000',
    '--1',
    '1e',
    'Infinity',
  ])('takes %j for no quantity', text => {
    expect(parseQuantity(text)).toBeUndefined()
    expect(isQuantity(text)).toBe(false)
  })

  it.each([
    ['1000m', '1', 0],
    ['1Gi', '1024Mi', 0],
    ['1G', '1Gi', -1],
    ['0.1', '100m', 0],
    ['2', 1, 1],
    ['-1', '0', -1],
    ['9007199254740993', '9007199254740992', 1],
    ['1e400', '1e399', 1],
  ])('compares %s with %s as %d', (a, b, order) => {
    expect(compareQuantities(a, b)).toBe(order)
  })

  it('does not compare what is no quantity', () => {
    expect(compareQuantities('1Gb', '1')).toBeUndefined()
    expect(compareQuantities('1', '$MEMORY')).toBeUndefined()
  })

  it('orders whole numbers of any size as numbers are ordered, whatever the suffix', () => {
    const suffixes = fc.constantFrom('', 'k', 'M', 'Ki', 'Mi', 'm')
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 20n), fc.bigInt(0n, 10n ** 20n), suffixes, (a, b, suffix) => {
        expect(compareQuantities(`${a}${suffix}`, `${b}${suffix}`)).toBe(a < b ? -1 : a > b ? 1 : 0)
      }),
    )
  })

  it('answers at once for an absurdly long text', () => {
    expect(parseQuantity('9'.repeat(5_000_000))).toBeUndefined()
    expect(compareQuantities('1e999999999', '1')).toBe(1)
  })
})
