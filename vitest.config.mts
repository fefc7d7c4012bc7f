import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Most tests wait for a program that they started: more workers than cores keep the cores busy.
    maxWorkers: 4,
    // What a test leaves behind goes away with the run.
    globalSetup: 'test/support/one-folder.ts',
    projects: [
      {
        test: {
          name: 'node',
          env: { TZ: 'UTC' },
          // Loading the program anew for every file takes a tenth of the time.
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: ['test/lab/**', 'test/deployment/**', 'test/python/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'python',
          include: ['test/python/**/*.test.ts'],
          testTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'docker',
          include: ['test/deployment/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
