import { describe, expect, test } from 'vitest';
import { clang, gcc, parse } from '../../emulator/elf/testing/compile.ts';
import { LayoutError } from './api.ts';
import { inspectKernel } from './inspect-kernel.ts';

/** Declarations of a small kernel in xv6's manner; the cases put their own allocator and processes into it. */
const kernel = (allocator: string, proc = '') => `
typedef unsigned int uint; typedef unsigned char uchar; typedef unsigned long uint64;
typedef uint64 *pagetable_t;
struct spinlock { uint locked; char *name; struct cpu *cpu; };
struct run { struct run *next; };
struct context { uint64 ra, sp, s[12]; };
enum procstate { UNUSED, USED, SLEEPING, RUNNABLE, RUNNING, ZOMBIE };
struct file { enum { FD_NONE, FD_PIPE, FD_INODE } type; int ref; struct pipe *pipe; };
struct proc {
  struct spinlock lock; enum procstate state; int pid; ${proc}
  struct proc *parent; uint64 kstack, sz; pagetable_t pagetable; struct trapframe *trapframe;
  struct context context; struct file *ofile[16]; char name[16];
} proc[64];
struct cpu { struct proc *proc; struct context context; } cpus[8];
struct { struct spinlock lock; struct file file[100]; } ftable;
struct { void *desc, *avail, *used; char busy[8]; } disk;
pagetable_t kernel_pagetable;
char stack0[8 * 4096];
${allocator}
int main(int n) {
  proc[n].pid = cpus[n].context.sp + stack0[n] + ftable.file[n].ref + (long)disk.desc + (long)kernel_pagetable;
  return n;
}
`;

const compiler = clang.available ? clang : gcc;

function layoutOf(allocator: string, proc?: string) {
  const { elf, debug } = parse(compiler.build(kernel(allocator, proc), ['-g', '-O0']));
  return inspectKernel(elf, debug);
}

/** Uses a variable, so that the compiler keeps it. */
const keep = (name: string) => `void *keep_${name}(void) { return &${name}; }`;

describe('free lists and counts of the shapes that real kernels have', () => {
  const lists = (...names: string[]) => names;
  const cases: [what: string, allocator: string, lists: string[], counts: object[]][] = [
    [
      'one list, no counts',
      `struct { struct spinlock lock; struct run *freelist; } kmem; ${keep('kmem')}`,
      lists('kmem.freelist'),
      [],
    ],
    [
      'counts inside kmem',
      `struct { struct spinlock lock; struct run *freelist; int refcnt[32768]; } kmem; ${keep('kmem')}`,
      lists('kmem.freelist'),
      [{ name: 'kmem.refcnt', indirect: false, strideBytes: 4, length: 32768 }],
    ],
    [
      'a pointer to counts, taken at boot',
      `struct { struct spinlock lock; struct run *freelist; uint *ref_count; } kmem; ${keep('kmem')}`,
      lists('kmem.freelist'),
      [{ name: 'kmem.ref_count', indirect: true, strideBytes: 4 }],
    ],
    [
      'bytes for all of the address space below PHYSTOP',
      `struct { struct run *freelist; } kmem; uchar cow_rc[557056]; ${keep('kmem')} ${keep('cow_rc')}`,
      lists('kmem.freelist'),
      [{ name: 'cow_rc', strideBytes: 1, length: 557056 }],
    ],
    [
      'a lock and an array in one struct',
      `struct run *freelist; struct { struct spinlock lock; uint64 count[32768]; } cow;
       ${keep('freelist')} ${keep('cow')}`,
      lists('freelist'),
      [{ name: 'cow.count', strideBytes: 8 }],
    ],
    [
      'an array of structs, each with a lock',
      `struct { struct run *freelist; } kmem; struct { struct spinlock lock; int cnt; } refs[32768];
       ${keep('kmem')} ${keep('refs')}`,
      lists('kmem.freelist'),
      [{ name: 'refs.cnt', strideBytes: 32, count: { offset: 24, sizeBytes: 4 } }],
    ],
    [
      'a list per hart, with its name beside it',
      `struct { struct spinlock lock; struct run *freelist; char name[8]; } kmem[3]; ${keep('kmem')}`,
      lists('kmem[0].freelist', 'kmem[1].freelist', 'kmem[2].freelist'),
      [],
    ],
  ];
  test.each(cases)('%s', (_, allocator, names, counts) => {
    const layout = layoutOf(allocator);
    expect(layout.degraded).toEqual([]);
    expect(layout.freelists.map((list) => list.name)).toEqual(names);
    expect(layout.counts).toMatchObject(counts);
    expect(layout.counts).toHaveLength(counts.length);
  });

  test('an allocator without such a list cannot be observed', () => {
    const buddy = `struct block { struct block *next, *prev; int order; } *blocks[12]; ${keep('blocks')}`;
    expect(() => layoutOf(buddy)).toThrow(LayoutError);
    expect(() => layoutOf(buddy)).toThrow(/no free list was found: .* only list allocators/);
  });
});

describe('struct proc', () => {
  const kmem = `struct { struct run *freelist; } kmem; ${keep('kmem')}`;

  test('pages and page tables that labs add are known by their types', () => {
    const { proc } = layoutOf(
      kmem,
      'struct usyscall *usyscall; int interval; void (*handler)(); struct trapframe *saved; pagetable_t kpagetable;',
    );
    const names = proc.extra.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['usyscall', 'saved']));
    expect(names).not.toContain('pagetable');
    expect(names).not.toContain('parent');
    expect(proc.extraTables.map(({ name }) => name)).toEqual(['kpagetable']);
    expect(proc.count).toBe(64);
  });

  test('what holds saved registers or is read by itself is no root of the kernel’s pages', () => {
    const names = layoutOf(kmem).roots.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['disk.desc', 'disk.avail', 'disk.used']));
    expect(
      names.filter((name) => /context|^proc|freelist|^ftable\.file|stack0/.test(name)),
    ).toEqual([]);
  });
});
