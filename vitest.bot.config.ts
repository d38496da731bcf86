import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.sweep.test.ts'],
    testTimeout: 300_000,
  },
})
