import type { Block, Edge, Insn, Region, Terminator } from './region.ts';

export interface DiscoveryLimits {
  /** instructions of a region; V8's optimiser takes more than linear time */
  readonly maxInsns: number;
  /** how many calls are followed into each other */
  readonly maxDepth: number;
}

/** Instruction at an address, if it can be translated: mapped, decoded before, not at a breakpoint. */
export type InsnReader = (pc: number) => Insn | undefined;

/** The calls that lead to a block; the same code inlined at two places is two sets of nodes. */
interface Context {
  readonly parent: Context | undefined;
  readonly returnPc: number;
  readonly depth: number;
  readonly nodes: Map<number, Node>;
  readonly calls: Map<number, Context>;
}

interface Place {
  readonly pc: number;
  readonly context: Context;
}

type NodeEnd =
  | { readonly kind: 'goto'; readonly place: Place }
  | { readonly kind: 'branch'; readonly taken: Place; readonly next: Place }
  | { readonly kind: 'indirect' }
  | { readonly kind: 'expected'; readonly place: Place }
  | { readonly kind: 'system' }
  /** what follows runs in another address space: it is no part of the region */
  | { readonly kind: 'leave'; readonly place: Place };

interface Node {
  readonly insn: Insn;
  readonly place: Place;
  /** does a block start here? */
  leader: boolean;
  /** absent: the next instruction in memory follows */
  end: NodeEnd | undefined;
  block: Block | undefined;
}

const RA = 1;

/**
 * Finds the code that is reached from `entry`: branches are followed both ways, calls into their
 * callees, returns back to the call when one was followed. Breadth first, so that what is near the
 * entry comes in before the limit.
 */
export function discover(
  entry: number,
  read: InsnReader,
  limits: DiscoveryLimits,
): Region | undefined {
  const root = makeContext(undefined, 0);
  const work: Place[] = [{ pc: entry, context: root }];
  let insnCount = 0;
  for (let place = work.shift(); place; place = work.shift()) {
    insnCount += walk(place, read, limits, limits.maxInsns - insnCount, work);
  }
  const first = root.nodes.get(entry);
  if (!first) return undefined;
  return { entry: blockAt(first), insnCount };
}

/** Follows straight code from a place; returns how many instructions were new. */
function walk(
  start: Place,
  read: InsnReader,
  limits: DiscoveryLimits,
  room: number,
  work: Place[],
): number {
  const { context } = start;
  const constants = new Map<number, number>();
  let pc = start.pc;
  for (let count = 0; ; count++) {
    const known = context.nodes.get(pc);
    if (known) {
      known.leader = true;
      return count;
    }
    const insn = count < room ? read(pc) : undefined;
    if (!insn) return count;
    const place = { pc, context };
    // A block lies in one page, which is checked before it runs.
    const leader = count === 0 || pc % 4096 === 0;
    const node: Node = { insn, place, leader, end: undefined, block: undefined };
    context.nodes.set(pc, node);
    node.end = flowOf(insn, place, constants, limits);
    if (node.end) {
      for (const target of targets(node.end)) work.push(target);
      return count + 1;
    }
    noteConstant(insn, constants);
    pc += insn.length;
  }
}

function flowOf(
  insn: Insn,
  { pc, context }: Place,
  constants: ReadonlyMap<number, number>,
  limits: DiscoveryLimits,
): NodeEnd | undefined {
  const { rd, rs1, imm } = insn.operands;
  const next = pc + insn.length;
  switch (insn.row.flow) {
    case undefined:
      return undefined;
    case 'branch':
      return { kind: 'branch', taken: { pc: pc + imm, context }, next: { pc: next, context } };
    case 'jal':
      return jumpTo(pc + imm, rd, next, context, limits);
    case 'jalr': {
      const base = constants.get(rs1);
      if (base !== undefined) {
        // Other code may jump between the two instructions: the address is not certain.
        const { place } = jumpTo(evenSum(base, imm), rd, next, context, limits);
        return { kind: 'expected', place };
      }
      const isReturn = rd === 0 && rs1 === RA && imm === 0 && context.parent;
      if (!isReturn) return { kind: 'indirect' };
      return { kind: 'expected', place: { pc: context.returnPc, context: context.parent } };
    }
    case 'system':
      return systemFlow(insn, { pc, context });
  }
}

const SATP = 0x180;

const STRAIGHT = ['sfence.vma', 'fence.i'];

/** CSR instructions and fences go on in the region, unless they change the address space. */
function systemFlow(insn: Insn, { pc, context }: Place): NodeEnd | undefined {
  const isCsr = insn.row.format === 'csr' || insn.row.format === 'csri';
  if (isCsr && (insn.operands.imm & 0xfff) === SATP) {
    return { kind: 'leave', place: { pc: pc + insn.length, context } };
  }
  return isCsr || STRAIGHT.includes(insn.row.name) ? undefined : { kind: 'system' };
}

const evenSum = (base: number, imm: number): number => base + imm - Math.abs((base + imm) % 2);

/** A jump to a known address. Linking in another register than ra, or too deep: as a plain jump. */
function jumpTo(
  target: number,
  rd: number,
  next: number,
  context: Context,
  limits: DiscoveryLimits,
): { kind: 'goto'; place: Place } {
  const follow = rd === RA && context.depth < limits.maxDepth;
  const place = { pc: target, context: follow ? callFrom(context, next) : context };
  return { kind: 'goto', place };
}

function callFrom(context: Context, returnPc: number): Context {
  let made = context.calls.get(returnPc);
  if (!made) {
    made = makeContext(context, returnPc);
    context.calls.set(returnPc, made);
  }
  return made;
}

function makeContext(parent: Context | undefined, returnPc: number): Context {
  const depth = parent ? parent.depth + 1 : 0;
  return { parent, returnPc, depth, nodes: new Map(), calls: new Map() };
}

function targets(end: NodeEnd): Place[] {
  if (end.kind === 'branch') return [end.next, end.taken];
  return end.kind === 'goto' || end.kind === 'expected' ? [end.place] : [];
}

/** Keeps what `auipc` and `lui` make, for the `jalr` of a far call. */
function noteConstant({ row, operands, pc }: Insn, constants: Map<number, number>): void {
  if (operands.rd === 0 || row.float?.includes('rd')) return;
  if (row.name === 'auipc') constants.set(operands.rd, pc + operands.imm);
  else if (row.name === 'lui') constants.set(operands.rd, operands.imm);
  else constants.delete(operands.rd);
}

/** Cuts the nodes into blocks, from a leader on. */
function blockAt(first: Node): Block {
  if (first.block) return first.block;
  const insns: Insn[] = [];
  const made: Block = { pc: first.place.pc, insns, end: { kind: 'system' } };
  first.block = made;
  const { context } = first.place;
  let node = first;
  for (;;) {
    insns.push(node.insn);
    if (node.end) {
      made.end = terminator(node.end);
      return made;
    }
    const pc = node.place.pc + node.insn.length;
    const next = context.nodes.get(pc);
    if (!next || next.leader) {
      made.end = { kind: 'goto', edge: edgeTo({ pc, context }) };
      return made;
    }
    node = next;
  }
}

function terminator(end: NodeEnd): Terminator {
  switch (end.kind) {
    case 'goto':
      return { kind: 'goto', edge: edgeTo(end.place) };
    case 'branch':
      return { kind: 'branch', taken: edgeTo(end.taken), next: edgeTo(end.next) };
    case 'expected':
      return { kind: 'expected', edge: edgeTo(end.place) };
    case 'leave':
      return { kind: 'goto', edge: { pc: end.place.pc, block: undefined } };
    default:
      return end;
  }
}

function edgeTo({ pc, context }: Place): Edge {
  const node = context.nodes.get(pc);
  return { pc, block: node ? blockAt(node) : undefined };
}
