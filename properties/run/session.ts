import { beginSequence, initialState, type ModelState, type Profile } from '../../model/index.ts';
import type { OperationSyntax } from '../../spec/operation-syntax.ts';
import { type Sharing, sharingOf } from '../checkers/index.ts';
import type { BootOptions, Guest, GuestPoint, GuestStep } from '../guest/api.ts';
import { bootGuest } from '../guest/boot.ts';
import { GuestError } from '../guest/guest-error.ts';
import { createObserver, type Observation, type Observer } from '../observe/index.ts';
import { OPERATIONS, type OperationDefinition } from '../ops/index.ts';
import { syntaxOf } from '../plugin.ts';
import { consoleFile } from './console-file.ts';
import { diskFiles } from './disk-files.ts';
import { createFreeWatch, type FreeWatch } from './free-watch.ts';
import { learnProfile } from './learn-profile.ts';
import { takeMemory } from './take-memory.ts';

/**
 * Where sequences start: with all memory free, with little of it, or (`writable`) with little of it and
 * as a program whose text may be written, as all were until 2021: then page 0 is a page like others.
 */
export type BaseName = 'roomy' | 'tight' | 'writable';

/** A place to run on from: guest and model at the same moment. */
export interface RunPoint {
  guest: GuestPoint;
  states: readonly ModelState[];
}

/** The bases that one booted machine has. */
type OwnBase = Exclude<BaseName, 'writable'>;

export interface Base extends RunPoint {
  name: OwnBase;
  /** free pages there must be again once slot 0 and all its descendants are gone */
  freeAtEnd: number;
}

export interface SessionOptions extends BootOptions {
  /** operations that sequences may hold; default: all of ours */
  operations?: readonly OperationDefinition[];
  /** is fork expected to copy pages, as in a kernel without copy-on-write? default false */
  copying?: boolean;
  /** free pages of the tight base; default 128 */
  tightPages?: number;
}

/** A booted kernel with the model beside it, ready to run sequences. */
export interface Session {
  readonly guest: Guest;
  readonly observer: Observer;
  /** who touched free pages; follows what `observer` reads */
  readonly freeWatch: FreeWatch;
  /** what `observer` read last */
  readonly observed: Observation;
  readonly profile: Profile;
  readonly operations: ReadonlyMap<string, OperationDefinition>;
  /** how operations are written on a line, a plugin's too */
  readonly syntax: readonly OperationSyntax[];
  /** the starting point of that name; the tight one is made when first asked for */
  base(name: OwnBase): Base;
  /** the session that has a base, booted when first asked for where it is another, and its name there */
  at(name: BaseName): { session: Session; base: OwnBase };
  /** user pages by owner, as they are now */
  sharing(): Sharing;
  dispose(): void;
}

/** Free pages of the tight base. */
export const TIGHT_PAGES = 128;
export const START_BUDGET_INSNS = 200_000_000;
const PAGE = 4096;

/** Boots the kernel and forks slot 0. Throws GuestError, ElfError or LayoutError on unusable input. */
export function openSession(options: SessionOptions): Session {
  const guest = bootGuest(options);
  const files = { ...diskFiles(options.image), ...consoleFile(guest, options.image) };
  const { memory } = guest.machine;
  const reader = createObserver(guest.layout, memory);
  const definitions = options.operations ?? OPERATIONS;

  const learnt = learnProfile(guest, () => reader.observe());
  const booted = reader.observe();
  const freeWatch = createFreeWatch(guest);
  freeWatch.sync(booted);
  let latest = booted;
  const observer: Observer = {
    layout: reader.layout,
    managed: reader.managed,
    observe() {
      latest = reader.observe();
      freeWatch.sync(latest);
      return latest;
    },
    reread() {
      latest = reader.reread();
      return latest;
    },
    get counts() {
      return reader.counts;
    },
    get notes() {
      return reader.notes;
    },
  };
  const freeAtBoot = booted.freelist.length;
  const profile = { ...learnt, cow: options.copying !== true };
  const { elf: file, segments, symbols } = guest.agent;
  const agent = { segments, symbols, file, files };
  const readPage = (ppn: number): Uint8Array => {
    const at = ppn * PAGE - memory.base;
    return memory.bytes().subarray(at, at + PAGE);
  };
  const parked = initialState(profile, booted, agent, readPage);
  const forked = guest.forkFromInit(START_BUDGET_INSNS);
  mustWork(forked, 'fork the first process');
  const states = beginSequence(parked).map((outcome) => outcome.state);

  const roomy: Base = { name: 'roomy', freeAtEnd: freeAtBoot, guest: guest.snapshot(), states };
  let tight: Base | undefined;
  const makeTight = (): Base => {
    guest.restore(roomy.guest);
    const taken = takeMemory(guest, observer, options.tightPages ?? TIGHT_PAGES);
    return {
      name: 'tight',
      freeAtEnd: freeAtBoot - taken,
      guest: guest.snapshot(),
      states: states.map((state) => ({ ...state, free: state.free - taken })),
    };
  };

  let sibling: Session | undefined;
  const session: Session = {
    guest,
    observer,
    freeWatch,
    get observed() {
      return latest;
    },
    profile,
    operations: new Map(definitions.map((definition) => [definition.op, definition])),
    syntax: syntaxOf(definitions),
    base(name) {
      if (name === 'roomy') return roomy;
      tight ??= makeTight();
      return tight;
    },
    sharing: () => sharingOf(observer.observe(), guest.slots, guest.initIndex),
    at(name) {
      if (name !== 'writable') return { session, base: name };
      sibling ??= openSession({ ...options, writableText: true });
      return { session: sibling, base: 'tight' };
    },
    dispose() {
      sibling?.dispose();
      guest.dispose();
    },
  };
  return session;
}

export function mustWork(step: GuestStep, what: string): void {
  const { result } = step;
  if (result.kind === 'value' && BigInt.asIntN(64, result.a0) > 0n) return;
  const why = result.kind === 'trouble' ? result.trouble.message : 'the call fails';
  throw new GuestError(`the kernel cannot ${what}: ${why}`);
}
