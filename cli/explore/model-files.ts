import * as v from 'valibot';
import { type Bounds, layoutOf } from '../../model/explore/bounds.ts';
import { type CoreCheckpoint, rowsOf } from '../../model/explore/checkpoint.ts';
import type { CoreResult } from '../../model/explore/search.ts';
import { ExplorationFileError, sameRules } from '../../properties/explore/exploration-file.ts';
import type { ModelCertificate } from '../../spec/certificate.ts';
import { hasSchema, readSealed, writeSealed } from './sealed-file.ts';

/** Which model within which bounds, and whose rules. */
export interface ModelIdentity {
  model: string;
  bounds: Bounds;
  /** version of the model's rules */
  rules: string;
}

const identity = {
  model: v.string(),
  rules: v.string(),
  bounds: v.object({
    processes: v.number(),
    pages: v.number(),
    readOnly: v.number(),
    image: v.number(),
    frames: v.number(),
    failing: v.boolean(),
  }),
};
const Depth = v.object({
  depth: v.number(),
  newStates: v.number(),
  states: v.number(),
  transitions: v.number(),
});
const Ranges = v.array(v.tuple([v.number(), v.number()]));
const CERTIFICATE = 'cowcheck-model-certificate/1';
const CHECKPOINT = 'cowcheck-model-checkpoint/1';
const CertificateSchema = v.object({
  schema: v.literal(CERTIFICATE),
  ...identity,
  states: v.number(),
  transitions: v.number(),
  depths: v.array(Depth),
  operations: v.record(v.string(), v.number()),
  digest: v.string(),
});
const CheckpointSchema = v.object({
  schema: v.literal(CHECKPOINT),
  ...identity,
  depths: v.array(Depth),
  transitions: v.array(v.number()),
  expanded: Ranges,
  left: Ranges,
  next: Ranges,
  /** how the bytes divide into rows, the rows they came from, and the actions that led there */
  bytes: v.object({ arena: v.number(), parents: v.number(), actions: v.number() }),
});

/** Is there a certificate of a model, rather than of a kernel? */
export const isModelCertificate = (path: string): boolean => hasSchema(path, CERTIFICATE);

/** Writes the certificate of a complete exploration: its figures, and every state. */
export function writeModelCertificate(path: string, of: ModelIdentity, result: CoreResult): void {
  const { states, transitions, depths, operations, digest, checkpoint } = result;
  const { model, rules, bounds } = of;
  const header: ModelCertificate = {
    ...{ schema: CERTIFICATE, model, rules, bounds },
    ...{ states, transitions, depths, operations, digest },
  };
  const { expanded, rows } = checkpoint!;
  writeSealed(path, header, rowsOf(rows.arena, layoutOf(bounds).size, expanded));
}

/** Reads a certificate and its states. Throws ExplorationFileError when it is damaged or none. */
export function readModelCertificate(path: string): {
  certificate: ModelCertificate;
  rows: Uint8Array;
} {
  const { header, body } = readSealed(path, CERTIFICATE);
  return { certificate: parseAs(CertificateSchema, header, path), rows: body };
}

/** Writes all that is needed to go on. */
export function writeModelCheckpoint(path: string, rules: string, at: CoreCheckpoint): void {
  const { model, bounds, depths, transitions, expanded, left, next, rows } = at;
  const { arena, parents, actions } = rows;
  const header: v.InferOutput<typeof CheckpointSchema> = {
    ...{ schema: CHECKPOINT, model, rules, bounds, depths, transitions },
    ...{ expanded, left, next },
    bytes: { arena: arena.length, parents: parents.length, actions: actions.length },
  };
  writeSealed(path, header, [arena, parents, actions]);
}

/** Reads a checkpoint back. Throws ExplorationFileError when it is damaged or of another exploration. */
export function readModelCheckpoint(path: string, of: ModelIdentity): CoreCheckpoint {
  const { header, body } = readSealed(path, CHECKPOINT);
  const { schema: _, rules, bytes, ...at } = parseAs(CheckpointSchema, header, path);
  sameModel({ model: at.model, rules }, of, path);
  if (JSON.stringify(at.bounds) !== JSON.stringify(of.bounds)) {
    throw new ExplorationFileError(
      `${path} was made with the bounds ${JSON.stringify(at.bounds)}; give the same ones, or another --checkpoint`,
    );
  }
  const parents = bytes.arena + bytes.parents;
  return {
    ...at,
    rows: {
      arena: body.subarray(0, bytes.arena),
      parents: body.subarray(bytes.arena, parents),
      actions: body.subarray(parents, parents + bytes.actions),
    },
  };
}

/** Throws ExplorationFileError when a file belongs to another model, or to another version of the rules. */
export function sameModel(
  found: Pick<ModelIdentity, 'model' | 'rules'>,
  wanted: Pick<ModelIdentity, 'model' | 'rules'>,
  path: string,
): void {
  if (found.model !== wanted.model) {
    throw new ExplorationFileError(
      `${path} belongs to the model ${found.model}, not to ${wanted.model}; name that one, or another file`,
    );
  }
  sameRules(found.rules, wanted.rules, path);
}

function parseAs<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  path: string,
): v.InferOutput<S> {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0]!;
  throw new ExplorationFileError(
    `${path} is damaged: ${v.getDotPath(issue) ?? 'its first line'}: ${issue.message}; make it anew`,
  );
}
