import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Certificate } from '../../spec/certificate.ts';
import { digestOf, type Exploration, type Visited } from './breadth-first.ts';
import { parseVisited, printVisited } from './visited-text.ts';

/** Which kernel and which rules an exploration belongs to. */
export interface Identity {
  kernel: { path: string; sha256: string };
  /** version of the model's rules */
  model: string;
}

/** A file that cannot be gone on from; the message is one sentence. */
export class ExplorationFileError extends Error {}

const Depth = v.object({
  depth: v.number(),
  states: v.number(),
  transitions: v.number(),
  seconds: v.number(),
});
const common = {
  bounds: v.object({
    procs: v.number(),
    pages: v.number(),
    depth: v.number(),
    failures: v.boolean(),
  }),
  kernel: v.object({ path: v.string(), sha256: v.string() }),
  model: v.string(),
  depths: v.array(Depth),
  operations: v.record(v.string(), v.number()),
  visited: v.array(v.string()),
};
const CertificateSchema = v.object({
  schema: v.literal('cowcheck-certificate/1'),
  ...common,
  states: v.object({ abstract: v.number(), concrete: v.number() }),
  canonicalTransitions: v.number(),
  digest: v.string(),
});
const CheckpointSchema = v.object({
  schema: v.literal('cowcheck-checkpoint/1'),
  ...common,
  expanded: v.number(),
  partial: v.object({ transitions: v.number(), seconds: v.number() }),
  abstractKeys: v.array(v.string()),
  canonicalTransitions: v.array(v.number()),
  /** SHA-256 of everything above, so that a damaged file is noticed */
  seal: v.string(),
});
type Checkpoint = v.InferOutput<typeof CheckpointSchema>;

const boundsOf = ({ bounds, failures }: Exploration) => ({ ...bounds, failures });

/** The certificate of a finished exploration. */
export function certificateOf(at: Exploration, identity: Identity): Certificate {
  return {
    schema: 'cowcheck-certificate/1',
    bounds: boundsOf(at),
    ...identity,
    depths: at.depths,
    operations: at.operations,
    states: { abstract: at.abstractKeys.size, concrete: at.visited.length },
    canonicalTransitions: at.canonicalTransitions.size,
    digest: digestOf(at.visited),
    visited: at.visited.map(printVisited),
  };
}

/** Text of a checkpoint: all that is needed to go on. */
export function printCheckpoint(at: Exploration, identity: Identity): string {
  const open = {
    schema: 'cowcheck-checkpoint/1' as const,
    bounds: boundsOf(at),
    ...identity,
    depths: at.depths,
    operations: at.operations,
    visited: at.visited.map(printVisited),
    expanded: at.expanded,
    partial: at.partial,
    abstractKeys: [...at.abstractKeys],
    canonicalTransitions: [...at.canonicalTransitions],
  };
  return `${JSON.stringify({ ...open, seal: sealOf(open) })}\n`;
}

const sealOf = (open: Omit<Checkpoint, 'seal'>): string =>
  createHash('sha256').update(JSON.stringify(open)).digest('hex');

/** Reads a checkpoint back. Throws ExplorationFileError when it is damaged or of another exploration. */
export function parseCheckpoint(
  text: string,
  file: string,
  identity: Identity,
  bounds: Certificate['bounds'],
): Exploration {
  const { seal, ...open } = parseAs(CheckpointSchema, text, file, 'checkpoint');
  if (seal !== sealOf(open)) {
    throw new ExplorationFileError(`${file} is damaged; delete it to start anew`);
  }
  sameIdentity(open, identity, file);
  if (JSON.stringify(open.bounds) !== JSON.stringify(bounds)) {
    throw new ExplorationFileError(
      `${file} was made with the bounds ${JSON.stringify(open.bounds)}; give the same ones, or another --checkpoint`,
    );
  }
  const { failures, ...rest } = open.bounds;
  return {
    bounds: rest,
    failures,
    visited: visitedOf(open.visited, file),
    expanded: open.expanded,
    partial: open.partial,
    abstractKeys: new Set(open.abstractKeys),
    canonicalTransitions: new Set(open.canonicalTransitions),
    depths: open.depths,
    operations: open.operations,
  };
}

/** Reads a certificate and its states. Throws ExplorationFileError when they do not fit each other. */
export function parseCertificate(
  text: string,
  file: string,
): { certificate: Certificate; visited: Visited[] } {
  const certificate = parseAs(CertificateSchema, text, file, 'certificate');
  const visited = visitedOf(certificate.visited, file);
  if (digestOf(visited) !== certificate.digest) {
    throw new ExplorationFileError(
      `the digest in ${file} is not that of the states it lists; explore anew`,
    );
  }
  return { certificate, visited };
}

/** Throws ExplorationFileError when a file belongs to another kernel or another model. */
export function sameIdentity(of: Identity, identity: Identity, file: string): void {
  if (of.kernel.sha256 !== identity.kernel.sha256) {
    throw new ExplorationFileError(
      `${file} belongs to another kernel (${of.kernel.path}, sha256 ${of.kernel.sha256.slice(0, 12)}), not to ${identity.kernel.path}`,
    );
  }
  sameRules(of.model, identity.model, file);
}

/** Throws ExplorationFileError when a file was made with another version of the model's rules. */
export function sameRules(found: string, wanted: string, file: string): void {
  if (found === wanted) return;
  throw new ExplorationFileError(
    `${file} was made with the rules of ${found}, these are ${wanted}; explore anew`,
  );
}

function parseAs<S extends v.GenericSchema>(
  schema: S,
  text: string,
  file: string,
  what: string,
): v.InferOutput<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ExplorationFileError(`${file} is no ${what}: it is not whole JSON; make it anew`);
  }
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0]!;
  throw new ExplorationFileError(
    `${file} is no ${what}: ${v.getDotPath(issue) ?? 'the file'}: ${issue.message}`,
  );
}

function visitedOf(lines: readonly string[], file: string): Visited[] {
  return lines.map((line, index) => {
    const visited = parseVisited(line);
    if (visited === undefined || visited.parent >= index || visited.parent < -1) {
      throw new ExplorationFileError(`${file} is damaged at visited state ${index}: "${line}"`);
    }
    return visited;
  });
}
