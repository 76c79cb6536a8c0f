import type { ExploreBounds } from '../../properties/explore/alphabet.ts';
import { pathTo } from '../../properties/explore/breadth-first.ts';
import {
  type Identity,
  parseCertificate,
  sameIdentity,
} from '../../properties/explore/exploration-file.ts';
import { contradiction, sampleOf } from '../../properties/explore/verify.ts';
import type { CliContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { ExplorePool } from './explore-command.ts';

const EVERY = 10;

/** Expands a tenth of a certificate's states again; returns the exit code. */
export async function verifyCertificate(
  context: CliContext,
  { path: file, text, seed }: { path: string; text: string; seed: number },
  identity: Identity,
  startPool: (of: { bounds: ExploreBounds; failures: boolean }) => ExplorePool,
): Promise<number> {
  const { certificate, visited } = parseCertificate(text, file);
  sameIdentity(certificate, identity, file);
  const { failures, ...bounds } = certificate.bounds;
  const sample = sampleOf(visited, { every: EVERY, seed });
  const known = new Set(visited.map(({ key }) => key));
  const pool = startPool({ bounds, failures });
  let transitions = 0;
  try {
    const found = await Promise.all(
      sample.map(async (index) => {
        const [expansion] = await pool.run([pathTo(visited, index)]);
        transitions += expansion!.transitions.length;
        return contradiction(visited, index, expansion!, known);
      }),
    );
    const wrong = found.find((sentence) => sentence !== undefined);
    if (wrong !== undefined) {
      context.process.stdout.write(`${file} does not hold: ${wrong}\n`);
      return EXIT.violation;
    }
  } finally {
    await pool.close();
  }
  context.process.stdout.write(
    `${file} holds: ${sample.length} of ${visited.length} states expanded again, ` +
      `${transitions} transitions, all as certified\n`,
  );
  return EXIT.ok;
}
