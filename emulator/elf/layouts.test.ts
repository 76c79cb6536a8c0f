import { describe, expect, test } from 'vitest';
import { fieldOf, fieldOffset, resolved } from './c-type.ts';
import { clang, gcc, parse } from './testing/compile.ts';

/** Structs in xv6's manner and some that are harder; every line of PROBES is checked against the compiler. */
const TYPES = `
typedef unsigned long uint64;
typedef unsigned int uint;
enum procstate { UNUSED, USED, SLEEPING = 7, ZOMBIE = -2 };
struct list { struct list *next; };
struct spinlock { uint locked; char *name; struct cpu *cpu; };
struct context { uint64 ra, sp, s[12]; };
union word { char bytes[8]; uint64 whole; struct { uint low, high; }; };
struct proc {
  struct spinlock lock; enum procstate state; void *chan; int killed : 1; int pid;
  volatile uint64 *const pagetable; struct context context; struct file *ofile[16];
  struct { char tag; union { int small; uint64 large; }; } inner;
  union word word; char name[16]; struct proc *parent; void (*run)(int);
};
struct packed { char c; uint64 x; short s; } __attribute__((packed));
struct bits { uint a : 3; uint b : 7; int c : 20; uint64 d : 40; char e; short f : 4; };
struct { struct spinlock lock; struct list *freelist; int count[5][9]; } kmem;
struct proc proc[64];
typedef struct { int only; uint64 by_typedef; } alias;
alias aliased;
extern struct proc later[];
struct proc later[3];
static unsigned char counts[32768];
struct packed packed; struct bits bits;
`;

const PROBES: [struct: string, path: string][] = [
  ['struct proc', 'state'],
  ['struct proc', 'chan'],
  ['struct proc', 'pid'],
  ['struct proc', 'pagetable'],
  ['struct proc', 'context.sp'],
  ['struct proc', 'context.s[11]'],
  ['struct proc', 'ofile[3]'],
  ['struct proc', 'inner.tag'],
  ['struct proc', 'inner.small'],
  ['struct proc', 'inner.large'],
  ['struct proc', 'word.high'],
  ['struct proc', 'name'],
  ['struct proc', 'parent'],
  ['struct packed', 'x'],
  ['struct packed', 's'],
  ['struct bits', 'e'],
];

const BITS = ['a', 'b', 'c', 'd', 'f'];

const SOURCE = `${TYPES}
#define O __builtin_offsetof
uint64 oracle[] = { sizeof(struct proc), sizeof(struct packed), sizeof(struct bits), sizeof(kmem),
  ${PROBES.map(([struct, path]) => `O(${struct}, ${path})`).join(', ')} };
${BITS.map((b) => `struct bits only_${b} = { .${b} = -1 };`).join('\n')}
int once(int x) { static int calls = 1; calls += x; return calls; }
int main(int argc) {
  counts[argc] = 1; proc[argc].pid = 2; later[0].pid = 1; kmem.count[0][0]++; aliased.only = 1;
  packed.c = 1; bits.a = 1; return once(argc) + counts[3];
}
`;

const VARIANTS = [clang, gcc].flatMap((compiler) =>
  [2, 3, 4, 5].map((version) => ({
    compiler,
    version,
    flags: ['-g', '-O1', `-gdwarf-${version}`],
  })),
);
VARIANTS.push(
  { compiler: clang, version: 5, flags: ['-g', '-O1', '-gdwarf-5', '-gdwarf64'] },
  { compiler: gcc, version: 5, flags: ['-g', '-O1', '-gdwarf-5', '-fdebug-types-section'] },
  { compiler: gcc, version: 5, flags: ['-g', '-O1', '-gdwarf-5', '-gz=zlib'] },
);

for (const { compiler, version, flags } of VARIANTS) {
  describe.skipIf(!compiler.available)(`${compiler.name} ${flags.join(' ')}`, () => {
    const built = () => parse(compiler.build(SOURCE, flags));

    test('offsets and sizes are the compiler’s', () => {
      const { elf, debug } = built();
      expect(debug.version).toContain(version);
      const oracle = new DataView(
        elf.read(elf.symbol('oracle')!.address, (4 + PROBES.length) * 8)!.buffer,
      );
      const read = (index: number) => Number(oracle.getBigUint64(index * 8, true));
      expect(debug.struct('proc')!.sizeBytes).toBe(read(0));
      expect(debug.struct('packed')!.sizeBytes).toBe(read(1));
      expect(debug.struct('bits')!.sizeBytes).toBe(read(2));
      expect(debug.variable('kmem')!.type.sizeBytes).toBe(read(3));
      for (const [i, [struct, path]] of PROBES.entries()) {
        const layout = debug.struct(struct.replace('struct ', ''))!;
        expect([struct, path, fieldOffset(layout, path)]).toEqual([struct, path, read(4 + i)]);
      }
    });

    test('bit-fields lie where the compiler puts ones', () => {
      const { elf, debug } = built();
      const layout = debug.struct('bits')!;
      for (const name of BITS) {
        const bytes = elf.read(elf.symbol(`only_${name}`)!.address, layout.sizeBytes)!;
        const ones: number[] = [];
        for (let bit = 0; bit < bytes.length * 8; bit++) {
          if ((bytes[bit >> 3]! >> (bit & 7)) & 1) ones.push(bit);
        }
        const { size, offset } = fieldOf(layout, name)!.bits!;
        expect([name, offset, size]).toEqual([name, ones[0], ones.length]);
      }
    });

    test('variables have address and type', () => {
      const { elf, debug } = built();
      for (const name of ['proc', 'kmem', 'counts', 'later', 'aliased']) {
        expect([name, debug.variable(name)?.address]).toEqual([name, elf.symbol(name)!.address]);
      }
      expect(debug.variable('proc')!.type).toMatchObject({ kind: 'array', count: 64 });
      expect(debug.variable('later')!.type).toMatchObject({ kind: 'array', count: 3 });
      const counts = resolved(debug.variable('counts')!.type);
      expect(counts).toMatchObject({ kind: 'array', count: 32768, sizeBytes: 32768 });
      expect(fieldOf(counts, '[7]')!.type).toMatchObject({
        kind: 'int',
        sizeBytes: 1,
        signed: false,
      });
      expect(debug.struct('alias')!.sizeBytes).toBe(16);
      expect(debug.variable('calls')).toMatchObject({ local: true });
      expect(debug.variable('absent')).toBeUndefined();
      expect(debug.struct('absent')).toBeUndefined();
    });

    test('pointers, enumerations and nested arrays', () => {
      const { debug } = built();
      const list = fieldOf(debug.variable('kmem')!.type, 'freelist')!.type;
      expect(list.kind).toBe('pointer');
      if (list.kind !== 'pointer') return;
      expect(resolved(list.target)).toMatchObject({ kind: 'struct', name: 'list', sizeBytes: 8 });
      const state = resolved(fieldOf(debug.struct('proc')!, 'state')!.type);
      expect(state.kind === 'enum' && [...state.values]).toEqual([
        ['UNUSED', 0],
        ['USED', 1],
        ['SLEEPING', 7],
        ['ZOMBIE', -2],
      ]);
      expect(fieldOf(debug.variable('kmem')!.type, 'count[4][8]')).toMatchObject({
        offsetBytes: 32 + (4 * 9 + 8) * 4,
        type: { kind: 'int', signed: true },
      });
      expect(fieldOf(debug.variable('kmem')!.type, 'count[5]')).toBeUndefined();
    });
  });
}
