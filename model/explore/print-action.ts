import type { Action } from './transitions.ts';

/** An action as people read it: `s1 store page 2 = 0`. */
export function printAction({ name, p, v, x, oom }: Action): string {
  const memory = oom ? ' without memory' : '';
  if (name === 'store' || name === 'copyout') return `s${p} ${name} page ${v} = ${x}${memory}`;
  if (name === 'fork') return `s${p} fork with memory for ${v} pages`;
  if (name === 'grow') return `s${p} sbrk up${memory}`;
  if (name === 'shrink') return `s${p} sbrk down`;
  if (name === 'reap') return `wait reaps s${p}`;
  return name === 'start' ? 'start' : `s${p} ${name}${memory}`;
}
