import type { Session } from '../run/session.ts';
import type { ExploreBounds } from './alphabet.ts';
import { breadthFirst, type Exploration, newExploration } from './breadth-first.ts';
import { expand, rootOf } from './expand.ts';
import { createWalker } from './position.ts';

/** Explores a booted kernel within the bounds in this thread, to the end or to the first violation. */
export async function exploreHere(session: Session, bounds: ExploreBounds): Promise<Exploration> {
  const walker = createWalker(session, bounds);
  try {
    const at = newExploration(bounds, true, rootOf(walker));
    await breadthFirst(at, {
      async expandAll(paths, onDone) {
        for (const [index, path] of paths.entries()) {
          const expansion = expand(walker, path, true);
          onDone(index, expansion);
          if (expansion.violation !== undefined) return;
        }
      },
      now: () => 0,
      onProgress: () => true,
    });
    return at;
  } finally {
    walker.dispose();
  }
}
