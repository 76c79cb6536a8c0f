import type { Address, Operation } from '../../spec/operation.ts';

/** The C of one operation: an expression of type `long`, and how to name it in a message. */
export interface COperation {
  /** statements that leave the result in `got`; they run in the acting process only */
  code: string[];
  /** the call as a message shows it */
  says: string;
}

const ACCESS = { 1: 'unsigned char', 2: 'unsigned short', 4: 'unsigned int', 8: 'unsigned long' };
const AMO = {
  add: '__sync_fetch_and_add',
  or: '__sync_fetch_and_or',
  swap: '__sync_lock_test_and_set',
};

/**
 * A symbolic address as a C expression of type `unsigned long`. The program defines each region as a
 * macro or function of the same name, so that it means the same as in the sequence.
 */
export function cAddress(address: Address): string {
  if (/^-?(0x[0-9a-f]+|\d+)$/i.test(address)) return `${BigInt.asUintN(64, BigInt(address))}UL`;
  const match = /^([a-z_0-9]+)(?:([+-])(0x[0-9a-f]+))?$/.exec(address);
  if (match === null) throw new Error(`cAddress: "${address}" is not an address`);
  const [, region, sign, offset] = match;
  const base = region === 'brk' ? 'at_brk()' : `at_${region}`;
  return sign === undefined ? base : `(${base} ${sign} ${offset}UL)`;
}

const call = (name: string, ...args: (string | number)[]): COperation => ({
  code: [`got = ${name}(${args.join(', ')});`],
  says: `${name}(${args.join(', ')})`,
});

const pointer = (address: Address, type = 'void'): string => `(${type} *)${cAddress(address)}`;

/** How a user program does `operation`. `resume` is the argument vector that exec comes back with. */
export function cOperation(
  operation: Operation,
  slot: number,
  child: number | undefined,
): COperation {
  switch (operation.op) {
    case 'fork':
      return {
        code: [`got = fork();`, `if (got == 0) { me = ${child ?? 'DEAD'}; }`],
        says: 'fork()',
      };
    case 'exit':
      return {
        code: [`exit(${operation.status});`, 'got = 0;'],
        says: `exit(${operation.status})`,
      };
    case 'wait':
      return call('wait', pointer(operation.va, 'int'));
    case 'kill':
      return call('kill', operation.target < 0 ? '0x7ffffff' : `pid0 + ${operation.target}`);
    case 'exec':
      return cExec(operation.path, operation.argv, slot);
    case 'sbrk':
      return { code: [`got = (long)sbrk(${operation.bytes});`], says: `sbrk(${operation.bytes})` };
    case 'pipe':
      return call('pipe', pointer(operation.va, 'int'));
    case 'read':
    case 'write':
      return call(operation.op, operation.fd, pointer(operation.va, 'char'), operation.length);
    case 'open':
      return call('open', pointer(operation.path, 'char'), operation.mode);
    case 'close':
    case 'dup':
      return call(operation.op, operation.fd);
    case 'fstat':
      return call('fstat', operation.fd, pointer(operation.va, 'struct stat'));
    case 'link':
      return call('link', pointer(operation.from, 'char'), pointer(operation.to, 'char'));
    case 'unlink':
    case 'mkdir':
    case 'chdir':
      return call(operation.op, pointer(operation.path, 'char'));
    case 'sleep':
      return call('sleep', operation.ticks);
    case 'uptime':
    case 'getpid':
      return call(operation.op);
    case 'pressure':
      return { code: [`got = fill_memory(${operation.freePages});`], says: 'fill memory' };
    case 'fail-alloc':
    case 'type':
      throw new Error(`cOperation: ${operation.op} has no acting process`);
    default:
      return cAccess(operation);
  }
}

function cExec(path: Address, argv: Address, slot: number): COperation {
  const says = `exec(${path}, ${argv})`;
  if (path.endsWith('str_init') || path === 'str_cross') {
    return { code: [`got = exec_again(${slot}, STEP);`], says };
  }
  return { code: [`got = exec(${pointer(path, 'char')}, (char **)${cAddress(argv)});`], says };
}

type Access = Extract<Operation, { op: 'load' | 'store' | 'amo' | 'lrsc' | 'fetch' | 'fill' }>;

function cAccess(operation: Access): COperation {
  const at = cAddress(operation.va);
  switch (operation.op) {
    case 'load':
      return {
        code: [`got = (long)*(volatile ${ACCESS[operation.width]} *)${at};`],
        says: `load of ${operation.width} at ${operation.va}`,
      };
    case 'store':
      return {
        code: [`*(volatile ${ACCESS[operation.width]} *)${at} = ${operation.value};`, 'got = 0;'],
        says: `store of ${operation.width} at ${operation.va}`,
      };
    case 'amo':
      return {
        code: [
          `got = (long)${AMO[operation.kind]}((volatile ${ACCESS[operation.width]} *)${at}, ${operation.value});`,
        ],
        says: `amo${operation.kind} at ${operation.va}`,
      };
    case 'lrsc': {
      const width = operation.width === 4 ? 'w' : 'd';
      return {
        code: [
          `asm volatile("lr.${width} %0, (%1)\\n\\tsc.${width} zero, %2, (%1)"`,
          `  : "=&r"(got) : "r"(${at}), "r"(${operation.value}L) : "memory");`,
        ],
        says: `lr/sc at ${operation.va}`,
      };
    }
    case 'fetch':
      return { code: [`((void (*)(void))${at})();`, 'got = 0;'], says: `jump to ${operation.va}` };
    case 'fill':
      return {
        code: [
          `for (long i = 0; i < ${operation.length}; i++) ((volatile char *)${at})[i] = ${operation.value};`,
          'got = 0;',
        ],
        says: `fill ${operation.length} bytes at ${operation.va}`,
      };
  }
}
