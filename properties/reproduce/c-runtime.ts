/** The parts of a reproducer in C that are the same in each. */

/** What stands before the steps; `$SLOTS` and the like are filled in by `cProgram`. */
export const RUNTIME = `
#if __has_include("user/user.h")
#include "kernel/types.h"
#include "kernel/stat.h"
#include "user/user.h"
#include "kernel/syscall.h"
#ifdef SYS_pause
#define sleep pause // since 2025
#endif
#else
#include "user.h" // the kernel that comes with cowcheck
#endif

// Every sequence uses a part of what is defined here, and bad addresses are its point.
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Warray-bounds"

#define PAGE 4096UL
#define STEPS $STEPS
#define SLOTS $SLOTS
#define PROBE $PROBE
#define FILLS $FILLS        // is memory filled?
#define SCARCE $SCARCE       // and stays so? Then nobody probes: who writes may have to be killed
#define DEAD 999
#define PARENT 998     // of slot 0: shares its pages, and only waits
#define FILLER 997     // holds memory, so that the slots do not get it
#define KILLED_AT $KILLED_AT    // the step that slot 0 is killed at; 0: none
#define LEFT_FOR_WAIT 8 // pages

static char *self;     // this program's file
static int me;         // slot of this process
static int from;       // steps done before the last exec
static int start;      // tick of step 0
static int gap = 2;    // ticks between steps
static int pid0;       // pid of slot 0; the others follow in order

// The pages that the sequence names.
static char data[2 * PAGE] __attribute__((aligned(4096))) = {[2 * PAGE - 1] = 1};
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

static void
sleep_until(int tick)
{
  while (uptime() < tick)
    sleep(1);
}

// Waits for the tick of step n.
static int
turn(int n)
{
  sleep_until(start + n * gap);
  return 1;
}
#define AT(n, slot) if ((n) > from && turn(n) && me == (slot))

// Says something: slots have no descriptors but those of the sequence, so it opens the console first.
#define SAY(...) do { \\
    int console = open("/console", 1); \\
    fprintf(console, __VA_ARGS__); \\
    close(console); \\
  } while (0)

static void
complain(int step, char *what, long got, char *expected)
{
  SAY("cowrepro: step %d: %s gave %d, expected %s\\n", step, what, (int)got, expected);
}

static long
fill_memory(int leave)
{
  long taken = 0;
  struct stat st;
  int console = open("/console", 1);
  char *page;
  while ((page = sbrk(PAGE)) != (char *)-1) {
    // a lazy sbrk has no page yet: the call gives it one, or fails
    if (console >= 0 && fstat(console, (struct stat *)(page + PAGE - sizeof st)) != 0) {
      sbrk(-(int)PAGE);
      break;
    }
    taken++;
  }
  close(console);
  if (leave > 0 && leave <= taken)
    sbrk(-(leave * (int)PAGE));
  return taken;
}

// The filler's: all memory but some pages from step n to the end of the step after it.
static void
hold(int n, int leave)
{
  char *end = sbrk(0);
  turn(n);
  fill_memory(leave);
  sleep_until(start + (n + 1) * gap + gap / 2);
  sbrk(end - (char *)sbrk(0));
}

static int
sum_of(volatile unsigned char *from, int n, int sum)
{
  while (n-- > 0)
    sum = sum * 31 + *from++;
  return sum;
}

// Of the pages that the sequence names.
static int
checksum(void)
{
  int sum = sum_of((void *)data, 2 * PAGE, 0);
  sum = sum_of((void *)bss, PAGE, sum);
  return sum_of((void *)text, PAGE, sum);
}

// Processes write where pages may be shared, one after the other, and no other one may see it: to one
// page parents before their children, to the other one children before their parents.
static void
probe(void)
{
  int number = me == PARENT ? 0 : me + 1;
  turn(PROBE);
  int sum = checksum();
  for (int n = 0; n < 2 * (SLOTS + 1); n++) {
    int writer = n <= SLOTS ? n : 2 * SLOTS + 1 - n;
    turn(PROBE + 1 + 2 * n);
    if (number == writer) {
      *(volatile char *)(n <= SLOTS ? data : bss) ^= 0x55;
      sum = checksum();
    }
    turn(PROBE + 2 + 2 * n);
    if (checksum() != sum)
      SAY("cowrepro: slot %d sees what slot %d wrote to its own memory (-1 is slot 0's parent)\\n",
          number - 1, writer - 1);
    sum = checksum();
  }
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
  char n[5][12];
  char *args[7] = {self, decimal(slot, n[0] + 12), decimal(step, n[1] + 12),
                   decimal(start, n[2] + 12), decimal(pid0, n[3] + 12),
                   decimal(gap, n[4] + 12), 0};
  return exec(self, args);
}

// All pages that one process can get, in a child that then gives them back: some at once, since
// wait may have to copy the page of its argument before it frees the rest.
static int
free_pages(void)
{
  int pages = 0;
  int pid = fork();
  if (pid < 0)
    return -1;
  if (pid == 0)
    exit(fill_memory(LEFT_FOR_WAIT));
  wait(&pages);
  return pages;
}
`;

/** Starts slot 0 below a parent that shares its pages, as init does, and counts free pages. */
export const MAIN = `// Without arguments: counts free pages, starts slot 0 and its parent, ends everything, counts again.
int
main(int argc, char **argv)
{
  self = argv[0];
  if (argc >= 6) {
    me = atoi(argv[1]);
    from = atoi(argv[2]);
    start = atoi(argv[3]);
    pid0 = atoi(argv[4]);
    gap = atoi(argv[5]);
    memset(s_long, 'l', 200);
    for (int i = 0; i < 33; i++)
      v_many[i] = s_f0;
    heap = (unsigned long)sbrk(0);
    if (heap % PAGE != 0)
      heap = (unsigned long)sbrk(PAGE - heap % PAGE) + PAGE - heap % PAGE;
    stack = (unsigned long)&argc & ~(PAGE - 1);
    if (me == FILLER) {
      filler();
      turn(STEPS);
      exit(0);
    }
    if (me == PARENT) {
      int sum = checksum();
      if (fork() > 0) {
        turn(PROBE);
        if (checksum() != sum)
          SAY("cowrepro: the memory of slot 0's parent changed, and it wrote nothing\\n");
        if (!SCARCE)
          probe();
        turn(STEPS);
        wait(0);
        exit(0);
      }
      me = 0;
      pid0 = getpid();
      for (int fd = 0; fd < 3; fd++)
        close(fd);
    }
    steps();
    if (!SCARCE)
      probe();
    turn(STEPS);
    exit(0);
  }

  int begun = uptime();
  int before = free_pages();
  if (FILLS)
    gap += 2 * (uptime() - begun);
$TYPING  start = uptime();
  if (FILLS && fork() == 0) {
    exec_again(FILLER, 0);
    exit(1);
  }
  int pid = fork();
  if (pid == 0) {
    exec_again(PARENT, 0);
    printf("cowrepro: cannot start itself\\n");
    exit(1);
  }
  turn(STEPS + 1);
  for (int slot = SLOTS - 1; slot >= 0; slot--) {
    if (kill(pid + 1 + slot) == 0 && slot == 0 && KILLED_AT > 0)
      printf("cowrepro: slot 0 lives, though step %d should have killed it\\n", KILLED_AT);
  }
  while (wait(0) >= 0)
    ;
  sleep_until(uptime() + 3); // init reaps the orphans
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
