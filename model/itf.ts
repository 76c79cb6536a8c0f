/** Reads ITF, the trace format of Quint and Apalache, as far as spec/cow.qnt uses it. For tests. */

/** One state of a trace: the machine of spec/cow.qnt, the action that led to it, and its choices. */
export interface SpecState {
  action: string;
  picks: Readonly<Record<string, number | boolean | undefined>>;
  status: readonly ('Unused' | 'Live' | 'Zombie')[];
  parent: readonly number[];
  /** by process and page; frame 0 is "not mapped" */
  table: readonly (readonly { frame: number; w: boolean; cow: boolean }[])[];
  /** by frame; index 0 is unused */
  count: readonly number[];
  free: ReadonlySet<number>;
  content: readonly number[];
  result: string;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Plain values of ITF's tagged ones: numbers, sets and tuples as arrays, maps as arrays of pairs. */
function plain(json: Json): unknown {
  if (Array.isArray(json)) return json.map(plain);
  if (json === null || typeof json !== 'object') return json;
  if ('#bigint' in json) return Number(json['#bigint']);
  if ('#set' in json) return plain(json['#set']!);
  if ('#tup' in json) return plain(json['#tup']!);
  if ('#map' in json) return new Map(plain(json['#map']!) as [number, unknown][]);
  if ('tag' in json) return json.tag === 'Some' ? plain(json.value!) : json.tag;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, plain(value)]));
}

/** A map from small numbers as an array. */
const list = <T>(map: unknown): T[] => {
  const array: T[] = [];
  for (const [key, value] of map as Map<number, T>) array[key] = value;
  return array;
};

/** The states of a trace file's text. */
export function parseItf(text: string): SpecState[] {
  const { states } = JSON.parse(text) as { states: Record<string, Json>[] };
  return states.map((state) => {
    const machine = plain(state.machine!) as Record<string, unknown>;
    const picks = plain(state['mbt::nondetPicks']!) as Record<string, number | boolean | 'None'>;
    return {
      action: state['mbt::actionTaken'] as string,
      picks: Object.fromEntries(
        Object.entries(picks).map(([name, pick]) => [name, pick === 'None' ? undefined : pick]),
      ),
      status: list(machine.status),
      parent: list(machine.parent),
      table: list<unknown>(machine.table).map((pages) => list(pages)),
      count: list(machine.count),
      free: new Set(machine.free as number[]),
      content: list(machine.content),
      result: machine.result as string,
    };
  });
}
