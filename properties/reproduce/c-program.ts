import type { Address, Operation } from '../../spec/operation.ts';
import { printText } from '../../spec/typed-text.ts';
import { cAddress, cOperation } from './c-operations.ts';

/** One step as it was played: who acted, and what a correct kernel answers. */
export interface PlayedStep {
  operation: Operation;
  /** the operation as the .steps format prints it */
  text: string;
  /** slot that acted; undefined for the environment */
  slot: number | undefined;
  /** slot of the process that a fork makes */
  child?: number | undefined;
  /** expected result in the words of the .steps format */
  expected: string;
}

/** A byte that a process must find at the end. */
export interface FinalByte {
  slot: number;
  va: Address;
  value: number;
}

export interface CReproducer {
  steps: readonly PlayedStep[];
  finalBytes: readonly FinalByte[];
  clause: string;
  message: string;
}

/**
 * A program for any xv6 tree that does what the sequence does, using nothing but the user library. Each
 * process does its step k at tick start + k·GAP, by the clock alone: no pipe or page is shared for it.
 * It says on the console what a program can see go wrong, and counts the free pages before and after.
 */
export function cProgram(input: CReproducer): string {
  const slots = 1 + Math.max(0, ...input.steps.map((step) => step.child ?? 0));
  const last = input.steps.length;
  return [
    header(input),
    RUNTIME.replace('$SLOTS', String(slots)).replace('$STEPS', String(last + 2)),
    'static void\nsteps(void)\n{\n  long got;\n',
    ...input.steps.map((step, at) => stepCode(step, at + 1)),
    finalCode(input.finalBytes, last + 1),
    '}\n',
    MAIN.replace('$TYPING', () => typing(input.steps)),
  ].join('\n');
}

const comment = (text: string): string => text.replaceAll('*/', '* /').replaceAll('\n', ' ');

function header(input: CReproducer): string {
  return [
    `// A sequence of system calls that violates "${input.clause}", found by cowcheck.`,
    `// ${comment(input.message)}`,
    '//',
    ...input.steps.map((step, at) => `//   ${at + 1}. ${step.text}`),
    '//',
    '// To run it: save it as user/cowrepro.c, add $U/_cowrepro to UPROGS in the Makefile, make qemu,',
    '// and type cowrepro.',
  ].join('\n');
}

function stepCode(step: PlayedStep, number: number): string {
  const lines = [`  // ${number}. ${step.text}`];
  if (step.operation.op === 'fail-alloc') {
    lines.push(
      '  // (a failing allocation: no program can order one. Memory is filled up instead.)',
      `  AT(${number}, 0) fill_memory(${step.operation.nth - 1});`,
    );
    return `${lines.join('\n')}\n`;
  }
  if (step.operation.op === 'type') {
    lines.push('  // (main asks the user for it, before the first step.)');
  }
  if (step.slot === undefined) return `${lines.join('\n')}\n`;
  const c = cOperation(step.operation, step.slot, step.child);
  const body = c.code.map((line) => `    ${line.replaceAll('STEP', String(number))}`);
  const check = resultCheck(step, number, c.says);
  lines.push(`  AT(${number}, ${step.slot}) {`, ...body, ...(check ? [`    ${check}`] : []), '  }');
  return `${lines.join('\n')}\n`;
}

/** What the acting process can tell of its result; killed and blocked processes tell nothing. */
function resultCheck(step: PlayedStep, number: number, says: string): string | undefined {
  const what = JSON.stringify(says);
  const quoted = `${number}, ${what}`;
  if (step.operation.op === 'fork' && step.child !== undefined) {
    return `if (got < 0) complain(${quoted}, got, "a pid");`;
  }
  if (step.expected === '-1') return `if (got != -1) complain(${quoted}, got, "-1");`;
  if (step.expected === 'killed') return `complain(${quoted}, got, "to be killed");`;
  const value = /^= (0x[0-9a-f]+|\d+)$/.exec(step.expected)?.[1];
  if (value !== undefined && (step.operation.op === 'load' || step.operation.op === 'amo')) {
    return `if (got != (long)${value}UL) complain(${quoted}, got, "${value}");`;
  }
  if (step.expected === 'ok') return `if (got == -1) complain(${quoted}, got, "success");`;
  return undefined;
}

function finalCode(bytes: readonly FinalByte[], number: number): string {
  if (bytes.length === 0) return '';
  const lines = bytes.map(
    ({ slot, va, value }) =>
      `  AT(${number}, ${slot}) {\n    got = *(volatile unsigned char *)${cAddress(va)};\n` +
      `    if (got != ${value}) complain(${number}, "the byte at ${va}", got, "${value}");\n  }`,
  );
  return ['  // what each process must find in the end', ...lines, ''].join('\n');
}

/** What the user must type, ahead of the steps: no program can do it. */
function typing(steps: readonly PlayedStep[]): string {
  const texts = steps.flatMap(({ operation }) => (operation.op === 'type' ? [operation.text] : []));
  if (texts.length === 0) return '';
  const shown = JSON.stringify(
    `cowrepro: type this in the next ten seconds: ${printText(texts.join(''))}`,
  );
  return `  printf("%s\\n", ${shown});\n  wait_ticks(100);\n`;
}

const RUNTIME = `
#if __has_include("user/user.h")
#include "kernel/types.h"
#include "kernel/stat.h"
#include "user/user.h"
#else
#include "user.h" // the kernel that comes with cowcheck
#endif

// Every sequence uses a part of what is defined here, and bad addresses are its point.
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Warray-bounds"

#define PAGE 4096UL
#define GAP 2          // clock ticks between steps
#define STEPS $STEPS
#define SLOTS $SLOTS
#define DEAD 999
#define PARENT 998     // of slot 0: shares its pages, and only waits

static char *self;     // this program's file
static int me;         // slot of this process
static int from;       // steps done before the last exec
static int start;      // tick of step 0
static int pid0;       // pid of slot 0; the others follow in order

// The pages that the sequence names.
static char data[2 * PAGE] __attribute__((aligned(4096))) = {1};
static char bss[PAGE] __attribute__((aligned(4096)));
static const unsigned int text[1024] __attribute__((aligned(4096))) = {0x00008067}; // ret
static unsigned long heap, stack;
static char s_init[] = "/init", s_missing[] = "/missing", s_notelf[] = "/README";
static char s_console[] = "/console", s_f0[] = "f0", s_f1[] = "f1", s_f2[] = "f2";
static char s_f3[] = "f3", s_d0[] = "d0", s_dot[] = ".", s_dotdot[] = "..", s_empty[] = "";
static char s_long[201];
static char *v_none[] = {0}, *v_one[] = {s_init, 0};
static char *v_four[] = {s_init, s_f0, s_f1, s_f2, 0};
static char *v_many[34], *v_badptr[] = {(char *)0xffff000000000000UL, 0};

#define at_data ((unsigned long)data)
#define at_data1 ((unsigned long)data + PAGE)
#define at_bss ((unsigned long)bss)
#define at_text ((unsigned long)text)
#define at_text2 ((unsigned long)text)
#define at_ret_insn ((unsigned long)text)
#define at_heap heap
#define at_stack stack
#define at_sp (stack + PAGE)
#define at_guard (stack - PAGE)
#define at_maxva (1UL << 38)
#define at_trampoline (at_maxva - PAGE)
#define at_trapframe (at_maxva - 2 * PAGE)
#define at_kernel 0x80000000UL
#define at_str_init ((unsigned long)s_init)
#define at_tstr_init ((unsigned long)"/init")
#define at_tstr_f0 ((unsigned long)"f0")
#define at_str_missing ((unsigned long)s_missing)
#define at_str_notelf ((unsigned long)s_notelf)
#define at_str_console ((unsigned long)s_console)
#define at_str_f0 ((unsigned long)s_f0)
#define at_str_f1 ((unsigned long)s_f1)
#define at_str_f2 ((unsigned long)s_f2)
#define at_str_f3 ((unsigned long)s_f3)
#define at_str_d0 ((unsigned long)s_d0)
#define at_str_dot ((unsigned long)s_dot)
#define at_str_dotdot ((unsigned long)s_dotdot)
#define at_str_empty ((unsigned long)s_empty)
#define at_str_long ((unsigned long)s_long)
#define at_str_cross ((unsigned long)s_init)
#define at_argv_none ((unsigned long)v_none)
#define at_argv_one ((unsigned long)v_one)
#define at_argv_four ((unsigned long)v_four)
#define at_argv_many ((unsigned long)v_many)
#define at_argv_badptr ((unsigned long)v_badptr)
#define at_brk() ((unsigned long)sbrk(0))

// Waits for the tick of step n without sleeping, which is named differently over the years.
static int
turn(int n)
{
  while (uptime() < start + n * GAP)
    ;
  return 1;
}
#define AT(n, slot) if ((n) > from && turn(n) && me == (slot))

static void
wait_ticks(int n)
{
  int until = uptime() + n;
  while (uptime() < until)
    ;
}

static void
complain(int step, char *what, long got, char *expected)
{
  printf("cowrepro: step %d: %s gave %d, expected %s\\n", step, what, (int)got, expected);
}

static long
fill_memory(int leave)
{
  long taken = 0;
  struct stat st;
  int stats = fstat(0, &st) == 0;
  char *page;
  while ((page = sbrk(PAGE)) != (char *)-1) {
    // a lazy sbrk has no page yet: the call gives it one, or fails
    if (stats && fstat(0, (struct stat *)(page + PAGE - sizeof st)) != 0) {
      sbrk(-(int)PAGE);
      break;
    }
    taken++;
  }
  if (leave > 0 && leave <= taken)
    sbrk(-(leave * (int)PAGE));
  return taken;
}

// Of the pages that the sequence names.
static int
checksum(void)
{
  int sum = 0;
  for (unsigned long i = 0; i < 2 * PAGE; i++)
    sum = sum * 31 + data[i];
  for (unsigned long i = 0; i < PAGE; i++)
    sum = sum * 31 + bss[i];
  return sum;
}

static char *
decimal(int value, char *end)
{
  *--end = 0;
  do {
    *--end = '0' + value % 10;
    value /= 10;
  } while (value > 0);
  return end;
}

// Starts this program afresh as the process of that slot, after that step.
static long
exec_again(int slot, int step)
{
  char n[4][12];
  char *args[6] = {self, decimal(slot, n[0] + 12), decimal(step, n[1] + 12),
                   decimal(start, n[2] + 12), decimal(pid0, n[3] + 12), 0};
  return exec(self, args);
}

// All pages that one process can get, in a child that then gives them back.
static int
free_pages(void)
{
  int pages = 0;
  int pid = fork();
  if (pid < 0)
    return -1;
  if (pid == 0)
    exit(fill_memory(0));
  wait(&pages);
  return pages;
}
`;

const MAIN = `// Without arguments: counts free pages, starts slot 0 and its parent, ends everything, counts again.
int
main(int argc, char **argv)
{
  self = argv[0];
  if (argc >= 5) {
    me = atoi(argv[1]);
    from = atoi(argv[2]);
    start = atoi(argv[3]);
    pid0 = atoi(argv[4]);
    memset(s_long, 'l', 200);
    for (int i = 0; i < 33; i++)
      v_many[i] = s_f0;
    heap = (unsigned long)sbrk(0);
    if (heap % PAGE != 0)
      heap = (unsigned long)sbrk(PAGE - heap % PAGE) + PAGE - heap % PAGE;
    stack = (unsigned long)&argc & ~(PAGE - 1);
    if (me == PARENT) {
      int sum = checksum();
      if (fork() > 0) {
        wait(0);
        if (checksum() != sum)
          printf("cowrepro: the memory of slot 0's parent changed, and it wrote nothing\\n");
        exit(0);
      }
      me = 0;
      pid0 = getpid();
    }
    steps();
    turn(STEPS);
    exit(0);
  }

  int before = free_pages();
$TYPING  start = uptime();
  int pid = fork();
  if (pid == 0) {
    exec_again(PARENT, 0);
    printf("cowrepro: cannot start itself\\n");
    exit(1);
  }
  turn(STEPS + 1);
  for (int slot = SLOTS - 1; slot >= 0; slot--)
    kill(pid + 1 + slot);
  while (wait(0) >= 0)
    ;
  wait_ticks(3); // init reaps the orphans
  int after = free_pages();
  if (after < before)
    printf("cowrepro: %d free pages before, %d after: %d lost\\n", before, after, before - after);
  else if (after > before)
    printf("cowrepro: %d free pages before, %d after: %d too many\\n", before, after, after - before);
  else
    printf("cowrepro: %d free pages before and after\\n", before);
  exit(0);
}
`;
