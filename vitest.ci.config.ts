import { defineConfig } from 'vitest/config';

/** Suites that need Debian's packages (QEMU, gcc for RISC-V, Chromium, Spin); `.ci/run` installs them. */
export default defineConfig({
  test: {
    include: ['**/*.ci.ts'],
    exclude: ['node_modules/**', 'dist/**'],
    testTimeout: 900_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});
