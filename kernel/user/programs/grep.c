// Prints the lines that a pattern matches. In patterns, ^ and $ stand for the ends of the line, .
// for any character, c* for any number of c; everything else for itself.
#include "user.h"

#define MAXITEMS 62
#define MAXLINE 1024

struct item {
  char c; // '.' matches all when any is set
  u8 any;
  u8 star;
};

struct pattern {
  int count;
  u8 from_start, to_end;
  struct item items[MAXITEMS];
};

static int
compile(const char *text, struct pattern *p)
{
  p->count = 0;
  p->from_start = *text == '^';
  p->to_end = 0;
  for (text += p->from_start; *text != 0; text++) {
    if (*text == '$' && text[1] == 0) {
      p->to_end = 1;
      break;
    }
    if (p->count == MAXITEMS)
      return -1;
    struct item *item = &p->items[p->count++];
    item->c = *text;
    item->any = *text == '.';
    item->star = text[1] == '*';
    text += item->star;
  }
  return 0;
}

// Bit i of a state set says: the items before i have matched. A starred item may be passed over.
static u64
pass_stars(const struct pattern *p, u64 states)
{
  for (int i = 0; i < p->count; i++)
    if ((states >> i & 1) && p->items[i].star)
      states |= 1UL << (i + 1);
  return states;
}

static u64
advance(const struct pattern *p, u64 states, char c)
{
  u64 next = 0;
  for (int i = 0; i < p->count; i++) {
    const struct item *item = &p->items[i];
    if ((states >> i & 1) && (item->any || item->c == c))
      next |= 1UL << (item->star ? i : i + 1);
  }
  return next;
}

static int
matches(const struct pattern *p, const char *line)
{
  u64 done = 1UL << p->count;
  u64 states = pass_stars(p, 1);
  for (; *line != 0; line++) {
    if ((states & done) && !p->to_end)
      return 1;
    states = advance(p, states, *line);
    if (!p->from_start)
      states |= 1;
    states = pass_stars(p, states);
  }
  return (states & done) != 0;
}

static void
search(int fd, const struct pattern *p)
{
  static char text[MAXLINE + 1];
  int held = 0, got;
  do {
    got = read(fd, text + held, MAXLINE - held);
    if (got > 0)
      held += got;
    text[held] = 0;
    char *line = text, *newline;
    while ((newline = strchr(line, '\n')) != NULL) {
      *newline = 0;
      if (matches(p, line))
        printf("%s\n", line);
      line = newline + 1;
    }
    held -= (int)(line - text);
    memmove(text, line, (u64)held);
    int last = got <= 0 && held > 0;
    if (last || held == MAXLINE) { // the last line, or a piece of one that is too long
      text[held] = 0;
      if (matches(p, text))
        printf("%s\n", text);
      held = 0;
    }
  } while (got > 0);
}

int
main(int argc, char **argv)
{
  struct pattern pattern;
  if (argc < 2) {
    fprintf(2, "usage: grep pattern [file...]\n");
    return 1;
  }
  if (compile(argv[1], &pattern) < 0) {
    fprintf(2, "grep: pattern longer than %d items\n", MAXITEMS);
    return 1;
  }
  if (argc == 2)
    search(0, &pattern);
  for (int i = 2; i < argc; i++) {
    int fd = open(argv[i], O_RDONLY);
    if (fd < 0) {
      fprintf(2, "grep: cannot open %s\n", argv[i]);
      return 1;
    }
    search(fd, &pattern);
    close(fd);
  }
  return 0;
}
