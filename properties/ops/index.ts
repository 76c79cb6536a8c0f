import { amo } from './amo.ts';
import { chdir } from './chdir.ts';
import { close } from './close.ts';
import type { OperationDefinition } from './definition.ts';
import { dup } from './dup.ts';
import { exec } from './exec.ts';
import { exit } from './exit.ts';
import { failAlloc } from './fail-alloc.ts';
import { fetch } from './fetch.ts';
import { fill } from './fill.ts';
import { fork } from './fork.ts';
import { fstat } from './fstat.ts';
import { getpid } from './getpid.ts';
import { kill } from './kill.ts';
import { link } from './link.ts';
import { load } from './load.ts';
import { lrsc } from './lrsc.ts';
import { mkdir } from './mkdir.ts';
import { open } from './open.ts';
import { pipe } from './pipe.ts';
import { pressure } from './pressure.ts';
import { read } from './read.ts';
import { sbrk } from './sbrk.ts';
import { sleep } from './sleep.ts';
import { store } from './store.ts';
import { type } from './type.ts';
import { unlink } from './unlink.ts';
import { uptime } from './uptime.ts';
import { wait } from './wait.ts';
import { write } from './write.ts';

/** Every operation of ours. A new one is a file beside this and a line here. */
export const OPERATIONS = [
  fork,
  exit,
  wait,
  kill,
  exec,
  sbrk,
  load,
  store,
  amo,
  lrsc,
  fetch,
  fill,
  pipe,
  read,
  write,
  open,
  close,
  dup,
  fstat,
  link,
  unlink,
  mkdir,
  chdir,
  sleep,
  uptime,
  getpid,
  pressure,
  failAlloc,
  type,
] as unknown as readonly OperationDefinition[];

export type { ActContext, AnyOperation, Injection, OperationDefinition } from './definition.ts';
