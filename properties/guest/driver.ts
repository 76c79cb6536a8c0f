import type { Hart, Machine, Stop } from '../../emulator/machine/api.ts';
import type { Injection } from '../ops/definition.ts';
import type { AllocatorHooks } from './allocator-hooks.ts';
import type { DriverState, GuestSlot, GuestStep, PerformOptions, Trouble } from './api.ts';
import type { ProcessTable } from './process-table.ts';

const A0 = 10;
const A3 = 13;
const ROOT_MASK = (1n << 44n) - 1n;
/** Times that init parks again before a sleeping process counts as blocked. */
const PATIENCE_ROUNDS = 3;
/** With several harts init goes round while another hart still sees to the disk. */
const BUSY_ROUNDS = 16;
/** As that, where the process waits for ticks: every turn of init is one. */
const TICK_ROUNDS = 12;

export interface DriverParts {
  machine: Machine;
  table: ProcessTable;
  hooks: AllocatorHooks;
  initIndex: number;
  parkBreakpoint: number;
  panicBreakpoints: ReadonlySet<number>;
  stub(name: string): bigint;
  panicMessage(hart: Hart): string;
  /** what was printed since this was asked last */
  takePrinted(): Uint8Array;
  where(hart: number): Trouble['where'];
}

/** Ticks given to a scheduler that waits although somebody could run. */
const MOST_TICKS = 16;

/**
 * Turns of init, with nobody on its way, after which the other harts are taken to be idle: the schedulers of
 * many kernels look for work without ever waiting.
 */
const CALM_TURNS = 8;
const USER = 0;

/** Turns of others during one operation: a write of several blocks sleeps for the disk often. */
const MOST_TURNS = 5000;

/** Who came to park: a slot, init (−1), or a process that is not ours (undefined). */
interface Parked {
  hart: number;
  slot: number | undefined;
}
const INIT = -1;

type Record = Omit<GuestStep, 'allocations' | 'failed' | 'freed' | 'printed' | 'insns'>;

/**
 * Schedules the parked processes from outside: time stands still, so a process runs until it parks
 * again or sleeps, and firing the timer under a parked process hands the hart to the next one.
 */
export class Driver {
  private readonly parts: DriverParts;
  private slots: GuestSlot[] = [];
  private currentHart = 0;

  constructor(parts: DriverParts) {
    this.parts = parts;
  }

  get processes(): readonly GuestSlot[] {
    return this.slots;
  }

  state(): DriverState {
    return {
      slots: this.slots.map((slot) => ({ ...slot })),
      currentHart: this.currentHart,
      failIn: this.parts.hooks.failIn,
    };
  }

  setState(state: DriverState): void {
    this.slots = state.slots.map((slot) => ({ ...slot }));
    this.currentHart = state.currentHart;
    this.parts.hooks.failIn = state.failIn;
  }

  /** Has `slot` (or init, −1) perform an injection and lets everything that follows from it settle. */
  perform(slot: number, injection: Injection, options: PerformOptions): GuestStep {
    const { machine, hooks, takePrinted } = this.parts;
    const before = machine.retired;
    hooks.reset();
    takePrinted();
    const record: Record = {
      result: { kind: 'blocked' },
      completions: [],
      firstReturns: [],
      created: undefined,
      ended: [],
    };
    const trouble =
      this.switchTo(slot, record, options.budgetInsns) ??
      this.act(slot, injection, options, record) ??
      this.fetchTyped(injection, options, record) ??
      (options.settles === false ? undefined : this.settle(record, options.budgetInsns));
    if (trouble !== undefined) record.result = { kind: 'trouble', trouble };
    return {
      ...record,
      allocations: hooks.allocations,
      failed: hooks.failed,
      freed: hooks.freed,
      printed: takePrinted(),
      insns: machine.retired - before,
    };
  }

  /** Hands the hart on until the wanted process is the one stopped at park. */
  private switchTo(slot: number, record: Record, budget: number): Trouble | undefined {
    const turns = this.turnLimit();
    for (let turn = 0; turn < turns; turn++) {
      if (this.identify(this.currentHart) === slot) return undefined;
      const parked = this.next(record, budget);
      if ('kind' in parked) return parked;
    }
    return this.trouble('hang', `${name(slot)} is never scheduled`);
  }

  private act(
    slot: number,
    injection: Injection,
    options: PerformOptions,
    record: Record,
  ): Trouble | undefined {
    const hart = this.hart();
    for (const [register, value] of Object.entries(injection.registers)) {
      hart.setX(A0 + Number(register.slice(1)), value);
    }
    hart.pc = this.parts.stub(injection.stub);
    if (injection.typed !== undefined) this.parts.machine.type(bytesOf(injection.typed));

    let sleepingRounds = 0;
    const { harts } = this.parts.machine;
    const rounds = options.sleeps ? TICK_ROUNDS : PATIENCE_ROUNDS;
    const patience = harts.length > 1 ? rounds * BUSY_ROUNDS : rounds;
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      // Only the first hart's clock counts ticks.
      if (turn > 0 && options.sleeps && this.currentHart !== 0) this.parts.machine.fireTimer(0);
      const parked =
        turn === 0 ? this.run(record, options.budgetInsns) : this.next(record, options.budgetInsns);
      if ('kind' in parked) return parked;
      if (parked.slot === slot) {
        const back = this.hart();
        record.result = { kind: 'value', a0: back.x(A0), a3: back.x(A3) };
        if (options.forks) record.created = this.adopt(back.x(A0));
        return undefined;
      }
      if (slot !== INIT && this.isGone(slot)) {
        record.result = { kind: 'gone' };
        return undefined;
      }
      if (this.stateOf(slot) !== 'sleeping') sleepingRounds = 0;
      else if (parked.slot === INIT && ++sleepingRounds >= patience) break;
    }
    if (this.stateOf(slot) !== 'sleeping') {
      return this.trouble('hang', `${name(slot)} neither comes back nor sleeps`);
    }
    const entry = this.slots[slot];
    if (entry !== undefined) entry.blocked = true;
    record.result = { kind: 'blocked' };
    return undefined;
  }

  /**
   * What was typed interrupts one hart: the acting process's as it starts, so that all is fetched when
   * it comes back, or another one, which must have the time for it.
   */
  private fetchTyped(
    { typed }: Injection,
    { budgetInsns }: PerformOptions,
    record: Record,
  ): Trouble | undefined {
    if (typed === undefined || this.parts.machine.harts.length === 1) return undefined;
    for (let turn = 0; turn < BUSY_ROUNDS + typed.length; turn++) {
      const parked = this.next(record, budgetInsns);
      if ('kind' in parked) return parked;
    }
    return undefined;
  }

  /**
   * Runs whoever was killed until it is gone, and whoever was woken until it comes back. On several harts
   * init parks often meanwhile: a parent that frees its child's pages on another hart must come to its end,
   * and so must a zombie there that has not woken its parent yet.
   */
  private settle(record: Record, budget: number): Trouble | undefined {
    const turns = this.parts.machine.harts.length > 1 ? MOST_TURNS : this.turnLimit();
    let calmTurns = 0;
    for (let turn = 0; turn < turns; turn++) {
      const busy = this.slots.some((slot, at) => slot.live && this.isOnItsWay(slot, at));
      calmTurns = busy ? 0 : calmTurns + 1;
      if (!busy && (this.othersRest() || calmTurns > CALM_TURNS)) break;
      const parked = this.next(record, budget);
      if ('kind' in parked) return parked;
    }
    for (const [at, slot] of this.slots.entries()) {
      if (slot.live && this.isGone(at)) {
        slot.live = false;
        slot.blocked = false;
        record.ended.push(at);
      }
    }
    return undefined;
  }

  /** Is no other hart in the kernel, but to wait there? */
  private othersRest(): boolean {
    const { harts } = this.parts.machine;
    return harts.every(
      (hart) => hart.index === this.currentHart || hart.waiting || hart.privilege === USER,
    );
  }

  private isOnItsWay(slot: GuestSlot, at: number): boolean {
    if (this.isGone(at)) return false;
    if (this.parts.table.killed(slot.index)) return true;
    return slot.blocked && this.parts.table.state(slot.index) !== 'sleeping';
  }

  private isGone(at: number): boolean {
    const slot = this.slots[at];
    if (slot === undefined) return true;
    const { table } = this.parts;
    const state = table.state(slot.index);
    return state === undefined || state === 'zombie' || table.pid(slot.index) !== slot.pid;
  }

  /** Takes the hart from the process parked there, and runs until somebody parks. */
  private next(record: Record, budget: number): Parked | Trouble {
    if (!this.parts.machine.fireTimer(this.currentHart)) {
      return this.trouble('hang', `hart ${this.currentHart} has no timer armed`);
    }
    return this.run(record, budget);
  }

  private run(record: Record, budget: number): Parked | Trouble {
    const { parkBreakpoint, panicBreakpoints } = this.parts;
    const stop = this.runAwake(budget);
    if (stop.kind === 'breakpoint') {
      this.currentHart = stop.hart;
      if (panicBreakpoints.has(stop.id)) {
        return this.trouble('panic', `panic: ${this.parts.panicMessage(this.hart())}`);
      }
      if (stop.id === parkBreakpoint) return this.arrive(record);
    }
    if (stop.kind === 'idle') return this.trouble('idle', 'no process can run any more');
    if (stop.kind === 'exit') {
      return this.trouble('powered-off', `the kernel ended the machine with code ${stop.code}`);
    }
    return this.trouble('hang', `nothing came of ${budget} instructions`);
  }

  /**
   * Runs, and gives a waiting hart its tick while a process could run: the scheduler of 2020 waits for
   * an interrupt after every round with two processes or less.
   */
  private runAwake(budget: number): Stop {
    const { machine, table } = this.parts;
    let stop = machine.run(budget);
    for (let tick = 0; stop.kind === 'idle' && tick < MOST_TICKS; tick++) {
      if (!table.some('runnable') || !machine.fireTimer(this.currentHart)) break;
      stop = machine.run(budget);
    }
    return stop;
  }

  /** Somebody is at park: notes what a blocked or new process brought back. */
  private arrive(record: Record): Parked {
    const slot = this.identify(this.currentHart);
    const entry = slot === undefined ? undefined : this.slots[slot];
    if (slot !== undefined && entry !== undefined) {
      const a0 = this.hart().x(A0);
      if (entry.blocked) {
        entry.blocked = false;
        record.completions.push({ slot, a0 });
      }
      if (entry.fresh) {
        entry.fresh = false;
        record.firstReturns.push({ slot, a0 });
      }
    }
    return { hart: this.currentHart, slot };
  }

  /** Whose page table the hart uses, when it is stopped in user mode. */
  private identify(hartIndex: number): number | undefined {
    const { machine, table, initIndex } = this.parts;
    const root = Number(machine.harts[hartIndex]!.csr('satp') & ROOT_MASK);
    for (const [at, slot] of this.slots.entries()) {
      if (slot.live && table.root(slot.index) === root && !this.isGone(at)) return at;
    }
    return table.root(initIndex) === root ? INIT : undefined;
  }

  /** A fork came back: the process with that pid, if there is one, becomes the next slot. */
  private adopt(a0: bigint): number | undefined {
    const pid = a0 < 1n << 31n ? Number(a0) : 0;
    const index = pid > 0 ? this.parts.table.find(pid) : undefined;
    if (index === undefined) return undefined;
    return this.slots.push({ index, pid, live: true, blocked: false, fresh: true }) - 1;
  }

  private stateOf(slot: number): ReturnType<ProcessTable['state']> {
    const index = slot === INIT ? this.parts.initIndex : this.slots[slot]?.index;
    return index === undefined ? undefined : this.parts.table.state(index);
  }

  private turnLimit(): number {
    return 4 * (this.slots.length + 2);
  }

  private hart(): Hart {
    return this.parts.machine.harts[this.currentHart]!;
  }

  private trouble(kind: Trouble['kind'], message: string): Trouble {
    return { kind, message, where: this.parts.where(this.currentHart) };
  }
}

const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

const name = (slot: number): string => (slot === INIT ? 'init' : `s${slot}`);
