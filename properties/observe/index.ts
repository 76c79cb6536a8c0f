export * from './api.ts';
export { inspectKernel } from './inspect-kernel.ts';
export { createObserver } from './observer.ts';
