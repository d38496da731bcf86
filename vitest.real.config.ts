import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/real/**/*.real.test.ts'],
    globalSetup: ['test/real/setup.ts'],
    fileParallelism: false,
    testTimeout: 600_000,
  },
})
