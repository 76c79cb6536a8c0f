// The shell. A line is cut into tokens once; lists (; and &), pipelines (|), subshells (parentheses) and
// redirections (< > >>) are ranges of tokens, split where they are run.
#include "user.h"

#define MAXLINE 512
#define MAXTOKENS 128

// A token is a word, or an operator, whose kind is its character; APPEND is >>.
enum { WORD = 'w', APPEND = 'a' };

struct token {
  char kind;
  char *word;
};

static struct token tokens[MAXTOKENS];
static int token_count;
static char word_bytes[2 * MAXLINE]; // the words, each ended by a NUL

static void
fail(const char *what, const char *detail)
{
  fprintf(2, "%s%s\n", what, detail);
  exit(1);
}

// Cuts a line into tokens. Returns 0 when there are too many.
static int
tokenize(const char *line)
{
  char *free_byte = word_bytes;
  token_count = 0;
  for (;;) {
    while (*line == ' ' || *line == '\t' || *line == '\n')
      line++;
    if (*line == 0)
      return 1;
    if (token_count == MAXTOKENS)
      return 0;
    struct token *token = &tokens[token_count++];
    if (strchr(";&|()<>", *line) != NULL) {
      token->kind = *line++;
      if (token->kind == '>' && *line == '>') {
        token->kind = APPEND;
        line++;
      }
      continue;
    }
    token->kind = WORD;
    token->word = free_byte;
    while (*line != 0 && strchr(" \t\n;&|()<>", *line) == NULL)
      *free_byte++ = *line++;
    *free_byte++ = 0;
  }
}

static int
is_redirection(char kind)
{
  return kind == '<' || kind == '>' || kind == APPEND;
}

// The first token of [from, to) outside parentheses that is one of `kinds`, or `to`.
static int
find(int from, int to, const char *kinds)
{
  int depth = 0;
  for (int i = from; i < to; i++) {
    if (depth == 0 && strchr(kinds, tokens[i].kind) != NULL)
      return i;
    depth += (tokens[i].kind == '(') - (tokens[i].kind == ')');
  }
  return to;
}

// What is wrong with the line, or null. Says it before anything of the line runs.
static const char *
complaint(void)
{
  int depth = 0;
  int wants_command = 1; // nothing of the present command has been seen
  for (int i = 0; i < token_count; i++) {
    char kind = tokens[i].kind;
    if (is_redirection(kind)) {
      if (i + 1 == token_count || tokens[i + 1].kind != WORD)
        return "missing file name";
      i++;
    } else if (kind == WORD) {
      if (!wants_command && tokens[i - 1].kind == ')')
        return "word after )";
      wants_command = 0;
    } else if (kind == '(') {
      if (!wants_command)
        return "misplaced (";
      depth++;
    } else if (kind == ')') {
      if (--depth < 0 || (wants_command && tokens[i - 1].kind == '('))
        return "misplaced )";
      wants_command = 0;
    } else {
      if (wants_command)
        return "missing command";
      wants_command = 1;
    }
  }
  if (depth > 0)
    return "missing )";
  if (token_count > 0 && tokens[token_count - 1].kind == '|')
    return "missing command";
  return NULL;
}

static int
must_fork(void)
{
  int pid = fork();
  if (pid < 0)
    fail("sh: cannot fork", "");
  return pid;
}

// Makes descriptor `fd` a copy of `from`, which is closed.
static void
move_descriptor(int from, int fd)
{
  if (from == fd)
    return;
  close(fd);
  dup(from);
  close(from);
}

static void
redirect(char kind, const char *path)
{
  int mode = kind == '<' ? O_RDONLY : kind == '>' ? O_WRONLY | O_CREATE | O_TRUNC : O_RDWR | O_CREATE;
  int fd = open(path, mode);
  if (fd < 0)
    fail("sh: cannot open ", path);
  char skipped[256];
  while (kind == APPEND && read(fd, skipped, sizeof(skipped)) > 0)
    ;
  move_descriptor(fd, kind == '<' ? 0 : 1);
}

static int run_list(int from, int to);

// Runs one stage of a pipeline in this process: a subshell or a program, with its redirections.
static void
run_stage(int from, int to)
{
  char *argv[MAXARG + 1];
  int argc = 0, inner_from = 0, inner_to = 0;
  for (int i = from; i < to; i++) {
    if (is_redirection(tokens[i].kind)) {
      redirect(tokens[i].kind, tokens[i + 1].word);
      i++;
    } else if (tokens[i].kind == '(') {
      inner_from = i + 1;
      inner_to = find(inner_from, to, ")");
      i = inner_to;
    } else if (argc == MAXARG) {
      fail("sh: too many arguments", "");
    } else {
      argv[argc++] = tokens[i].word;
    }
  }
  if (inner_from > 0)
    exit(run_list(inner_from, inner_to));
  if (argc == 0)
    exit(0);
  argv[argc] = NULL;
  exec(argv[0], argv);
  if (strchr(argv[0], '/') == NULL) { // programs are in the root, wherever we are
    char path[MAXPATH] = "/";
    if (strlen(argv[0]) + 2 <= sizeof(path)) {
      strcpy(path + 1, argv[0]);
      exec(path, argv);
    }
  }
  fail("exec failed: ", argv[0]);
}

// Runs a pipeline in this process and ends it with the last stage's status.
static void
run_pipeline(int from, int to)
{
  int status = 0, last = -1;
  if (find(from, to, "|") == to)
    run_stage(from, to);
  while (last < 0) {
    int bar = find(from, to, "|");
    int ends[2] = {-1, -1};
    if (bar < to && pipe(ends) < 0)
      fail("sh: cannot make a pipe", "");
    int pid = must_fork();
    if (pid == 0) {
      if (bar < to) {
        close(ends[0]);
        move_descriptor(ends[1], 1);
      }
      run_stage(from, bar);
    }
    if (bar == to) {
      last = pid;
    } else {
      close(ends[1]);
      move_descriptor(ends[0], 0);
      from = bar + 1;
    }
  }
  close(0); // else the stage before the last would not learn that nobody reads
  int ended, code;
  while ((ended = wait(&code)) >= 0)
    if (ended == last)
      status = code;
  exit(status);
}

static int
change_directory(int from, int to)
{
  const char *path = to - from > 1 ? tokens[from + 1].word : "/";
  if (chdir(path) == 0)
    return 0;
  fprintf(2, "cd: cannot go to %s\n", path);
  return 1;
}

// Runs a list in this process, waiting for each pipeline that & does not put in the background.
// Returns the status of the last one waited for.
static int
run_list(int from, int to)
{
  int status = 0;
  while (from < to) {
    int stop = find(from, to, ";&");
    int plain = find(from, stop, "|(<>a") == stop;
    if (plain && stop > from && strcmp(tokens[from].word, "cd") == 0) {
      status = change_directory(from, stop);
    } else if (stop > from) {
      int pid = fork();
      if (pid == 0)
        run_pipeline(from, stop);
      if (pid < 0) {
        fprintf(2, "sh: cannot fork\n");
        return 1;
      }
      int ended = -1, background = stop < to && tokens[stop].kind == '&';
      while (!background && ended != pid) {
        ended = wait(&status);
        if (ended < 0)
          break;
      }
    }
    from = stop + 1;
  }
  return status;
}

int
main(void)
{
  static char line[MAXLINE];
  for (;;) {
    fprintf(2, "$ ");
    gets(line, sizeof(line));
    if (line[0] == 0)
      return 0;
    const char *wrong = tokenize(line) ? complaint() : "line too long";
    if (wrong != NULL)
      fprintf(2, "sh: syntax error: %s\n", wrong);
    else
      run_list(0, token_count);
  }
}
