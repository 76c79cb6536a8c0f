/* The core of cow.qnt for Spin: the same machine, the same operations, written a second time, so that
   two explorations of the same bounds must reach the same number of states. Bounds come from the
   command line: -DP=2 -DV=3 -DREADONLY=1 -DIMAGE=2 -DF=4 -DFAILING=1.

   Every operation is one step, and a state is what lies between two of them; hidden variables are scratch
   and do not count. Content of a free frame is 0. */

#define UNUSED 0
#define LIVE   1
#define ZOMBIE 2
#define INIT   0   /* parents are numbered from 1 */

/* an entry: frame << 2 | cow << 1 | w, frame 0 is "not mapped" */
#define AT(p, v)   entry[(p) * V + (v)]
#define FRAME(e)   ((e) >> 2)
#define WRITABLE(e) ((e) & 1)
#define COW(e)     (((e) >> 1) & 1)

byte status[P];
byte parent[P];
byte entry[P * V];
byte count[F + 1];
bit  isFree[F + 1];
bit  content[F + 1];
bit  nobody; /* is no process left? follows from status */

hidden byte i, got, child, old, top, taken, killed;
hidden byte fresh[V];

/* kalloc: the lowest free frame with count one; 0 when there is none */
inline kalloc(value) {
  got = 1;
  do
  :: got <= F && !isFree[got] -> got++
  :: else -> break
  od;
  if
  :: got > F -> got = 0
  :: else -> isFree[got] = 0; count[got] = 1; content[got] = value
  fi
}

inline drop(f) {
  count[f] = count[f] - 1;
  if
  :: count[f] == 0 -> isFree[f] = 1; content[f] = 0
  :: else
  fi
}

inline unmap(p, v) {
  old = FRAME(AT(p, v));
  AT(p, v) = 0;
  if
  :: old != 0 -> drop(old)
  :: else
  fi;
  old = 0
}

inline endProcess(p) {
  status[p] = ZOMBIE;
  i = 0;
  do
  :: i < P ->
    if
    :: parent[i] == p + 1 -> parent[i] = INIT
    :: else
    fi;
    i++
  :: else -> break
  od
}

/* fork with memory for its first `reach` pages */
inline fork(p, reach) {
  child = 0;
  do
  :: child < P && status[child] != UNUSED -> child++
  :: else -> break
  od;
  if
  :: child < P ->
    i = 0;
    do
    :: i < reach ->
      if
      :: AT(p, i) != 0 ->
        if
        :: WRITABLE(AT(p, i)) || COW(AT(p, i)) -> AT(p, i) = (FRAME(AT(p, i)) << 2) | 2
        :: else
        fi;
        AT(child, i) = AT(p, i);
        count[FRAME(AT(p, i))] = count[FRAME(AT(p, i))] + 1
      :: else
      fi;
      i++
    :: else -> break
    od;
    if
    :: reach == V -> status[child] = LIVE; parent[child] = p + 1
    :: else ->
      i = 0;
      do
      :: i < reach -> unmap(child, i); i++
      :: else -> break
      od
    fi
  :: else
  fi
}

/* a page made writable; killed is set when that cannot be */
inline resolvePage(p, v, noMemory) {
  killed = 0;
  if
  :: WRITABLE(AT(p, v))
  :: else ->
    if
    :: !COW(AT(p, v)) -> killed = 1
    :: else ->
      old = FRAME(AT(p, v));
      if
      :: count[old] == 1 -> AT(p, v) = (old << 2) | 1
      :: else ->
        if
        :: noMemory -> got = 0
        :: else -> kalloc(content[old])
        fi;
        if
        :: got == 0 -> killed = 1
        :: else -> AT(p, v) = (got << 2) | 1; drop(old)
        fi
      fi
    fi
  fi
}

inline store(p, v, x, noMemory) {
  resolvePage(p, v, noMemory);
  if
  :: killed -> endProcess(p)
  :: else -> content[FRAME(AT(p, v))] = x
  fi
}

inline copyout(p, v, x, noMemory) {
  resolvePage(p, v, noMemory);
  if
  :: killed
  :: else -> content[FRAME(AT(p, v))] = x
  fi
}

inline findTop(p) {
  top = IMAGE;
  do
  :: top < V && AT(p, top) != 0 -> top++
  :: else -> break
  od
}

inline grow(p) {
  findTop(p);
  if
  :: top < V ->
    kalloc(0);
    if
    :: got != 0 -> AT(p, top) = (got << 2) | 1
    :: else
    fi
  :: else
  fi
}

inline shrink(p) {
  findTop(p);
  if
  :: top > IMAGE -> unmap(p, top - 1)
  :: else
  fi
}

inline mapFresh(p) {
  i = 0;
  do
  :: i < IMAGE ->
    AT(p, i) = (fresh[i] << 2);
    if
    :: i >= READONLY -> AT(p, i) = AT(p, i) | 1
    :: else
    fi;
    i++
  :: else -> break
  od
}

/* exec: the new image is taken before the old one goes */
inline exec(p) {
  taken = 0;
  do
  :: taken < IMAGE ->
    kalloc(0);
    if
    :: got == 0 -> break
    :: else -> fresh[taken] = got; taken++
    fi
  :: else -> break
  od;
  i = 0;
  if
  :: taken < IMAGE ->
    do
    :: i < taken -> drop(fresh[i]); i++
    :: else -> break
    od
  :: else ->
    do
    :: i < V -> unmap(p, i); i++
    :: else -> break
    od;
    mapFresh(p)
  fi
}

inline start() {
  i = 0;
  do
  :: i < IMAGE -> kalloc(0); fresh[i] = got; i++
  :: else -> break
  od;
  mapFresh(0);
  status[0] = LIVE;
  parent[0] = INIT
}

inline reap(c) {
  i = 0;
  do
  :: i < V -> unmap(c, i); i++
  :: else -> break
  od;
  status[c] = UNUSED;
  parent[c] = INIT
}

inline noteEmpty() {
  nobody = 1;
  i = 0;
  do
  :: i < P ->
    if
    :: status[i] != UNUSED -> nobody = 0
    :: else
    fi;
    i++
  :: else -> break
  od
}

init {
  byte p, v, x, reach, oom;
  d_step {
    i = 1;
    do
    :: i <= F -> isFree[i] = 1; i++
    :: else -> break
    od;
    start();
    skip
  }
again:
  atomic {
    /* choose freely, then do it in one step; what cannot be done is left */
    p = 0; v = 0; x = 0; reach = V; oom = 0;
    do
    :: p < P - 1 -> p++
    :: break
    od;
    if
    :: status[p] == LIVE ->
      if
      :: do
         :: FAILING && reach > 0 -> reach--
         :: break
         od;
         skip;
         d_step { fork(p, reach); skip }
      :: d_step { endProcess(p); skip }
      :: do
         :: v < V - 1 -> v++
         :: break
         od;
         if
         :: x = 0
         :: x = 1
         fi;
         if
         :: oom = 0
         :: FAILING -> oom = 1
         fi;
         if
         :: d_step { store(p, v, x, oom); skip }
         :: d_step { copyout(p, v, x, oom); skip }
         fi
      :: d_step { grow(p); skip }
      :: d_step { shrink(p); skip }
      :: d_step { exec(p); skip }
      fi
    :: status[p] == ZOMBIE && (parent[p] == INIT || status[parent[p] - 1] == LIVE) ->
      d_step { reap(p); skip }
    :: nobody -> d_step { start(); skip }
    :: else /* nothing to do with this one */
    fi;
    d_step { noteEmpty(); p = 0; v = 0; x = 0; reach = 0; oom = 0; skip }
  }
  goto again
}
