import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/real/gitea/**/*.gitea.test.ts'],
    globalSetup: ['test/real/gitea/setup.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
