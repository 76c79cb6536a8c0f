#include "console.h"

#include "proc.h"
#include "spinlock.h"
#include "uart.h"
#include "vm.h"

#define CTRL(letter) ((letter) - '@')
#define BACKSPACE '\b'
#define DELETE 0x7f
#define LINES 128 // bytes of input held, a power of two

// Input. Three positions, each counting up for ever: what is before `taken` has been read,
// what is before `ready` may be (whole lines), what is before `edit` is still being typed.
static struct {
  struct spinlock lock;
  u32 taken, ready, edit;
  char text[LINES];
} input = {.lock = SPINLOCK("console input")};

static struct spinlock output_lock = SPINLOCK("console output");

static char *input_at(u32 position) {
  return &input.text[position % LINES];
}

static void consputc(int c) {
  if (c == BACKSPACE) { // rub the character out
    uart_put('\b');
    uart_put(' ');
  }
  uart_put(c);
}

// Take back what was typed, character by character, until the line begins; at most `most`.
static void erase(u32 most) {
  for (; most > 0 && input.edit != input.ready; most--) {
    input.edit--;
    consputc(BACKSPACE);
  }
}

static void typed(int c) {
  if (c == '\r')
    c = '\n';
  if (c == 0 || input.edit - input.taken == LINES)
    return;
  *input_at(input.edit++) = c;
  consputc(c);
  int full = input.edit - input.taken == LINES;
  if (c == '\n' || c == CTRL('D') || full) {
    input.ready = input.edit;
    wakeup(&input);
  }
}

// The serial port has received something: edit the line.
void console_interrupt(void) {
  acquire(&input.lock);
  for (int c; (c = uart_get()) >= 0;) {
    switch (c) {
    case CTRL('P'):
      procdump();
      break;
    case CTRL('U'):
      erase(LINES);
      break;
    case BACKSPACE:
    case DELETE:
      erase(1);
      break;
    default:
      typed(c);
    }
  }
  release(&input.lock);
}

// Length of what a read of at most n bytes takes: up to the end of the line or before a
// control-D, which ends the input.
static int line_length(int n) {
  int length = 0;
  while (length < n && input.taken + length != input.ready) {
    char c = *input_at(input.taken + length);
    if (c == CTRL('D'))
      break;
    length++;
    if (c == '\n')
      break;
  }
  return length;
}

// Read at most one line to the user's dst. Returns the number of bytes, 0 at control-D, -1 when
// killed or dst is bad.
int console_read(u64 dst, int n) {
  struct proc *p = myproc();
  int result = -1;
  acquire(&input.lock);
  while (input.taken == input.ready && !killed(p))
    sleep(&input, &input.lock);
  if (input.taken != input.ready && !killed(p)) {
    char line[LINES];
    int length = line_length(n);
    for (int i = 0; i < length; i++)
      line[i] = *input_at(input.taken + i);
    if (copyout(p->pagetable, dst, line, length) == 0) {
      // A control-D is taken only by the read that it ends, even if that is the next one.
      input.taken += length == 0 && n > 0 ? 1 : length;
      result = length;
    }
  }
  release(&input.lock);
  return result;
}

// Write n bytes from the user's src. Returns n, or -1 when src is bad.
int console_write(u64 src, int n) {
  pagetable_t pagetable = myproc()->pagetable;
  char chunk[64];
  for (int done = 0, part; done < n; done += part) {
    part = n - done < (int)sizeof(chunk) ? n - done : (int)sizeof(chunk);
    if (copyin(pagetable, chunk, src + done, part) != 0)
      return -1;
    acquire(&output_lock);
    for (int i = 0; i < part; i++)
      uart_put(chunk[i]);
    release(&output_lock);
  }
  return n;
}
