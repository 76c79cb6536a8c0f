import { describe, expect, test } from 'vitest';
import { deviceTree, deviceTreeAddress } from './device-tree.ts';

interface Parsed {
  name: string;
  properties: Map<string, Uint8Array>;
  children: Parsed[];
}

/** A reader written from the Devicetree Specification, chapter 5, apart from the writer. */
function parse(blob: Uint8Array): Parsed {
  const view = new DataView(blob.buffer);
  expect(view.getUint32(0)).toBe(0xd00dfeed);
  expect(view.getUint32(4)).toBe(blob.length);
  expect(view.getUint32(20)).toBe(17);
  let at = view.getUint32(8);
  const end = at + view.getUint32(36);
  const strings = view.getUint32(12);
  const text = (from: number) => {
    const length = blob.subarray(from).indexOf(0);
    return new TextDecoder().decode(blob.subarray(from, from + length));
  };
  const word = () => {
    at += 4;
    return view.getUint32(at - 4);
  };
  function node(): Parsed {
    const made: Parsed = { name: text(at), properties: new Map(), children: [] };
    at = Math.ceil((at + made.name.length + 1) / 4) * 4;
    for (;;) {
      const token = word();
      if (token === 2) return made;
      if (token === 1) made.children.push(node());
      else if (token === 3) {
        const length = word();
        const name = text(strings + word());
        made.properties.set(name, blob.slice(at, at + length));
        at = Math.ceil((at + length) / 4) * 4;
      } else throw new Error(`token ${token}`);
    }
  }
  expect(word()).toBe(1);
  const root = node();
  expect(word()).toBe(9);
  expect(at).toBe(end);
  return root;
}

function find(root: Parsed, path: string): Parsed {
  return path.split('/').reduce((at, name) => {
    const child = at.children.find((it) => it.name === name);
    if (!child) throw new Error(`no ${name} in ${at.name}`);
    return child;
  }, root);
}

const cells = (node: Parsed, name: string) => {
  const bytes = node.properties.get(name)!;
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(4 * i));
};
const strings = (node: Parsed, name: string) =>
  new TextDecoder().decode(node.properties.get(name)).split('\0').slice(0, -1);

describe('the device tree', () => {
  const root = parse(deviceTree({ harts: 3, memoryBytes: 256 << 20 }));

  test('describes memory and harts', () => {
    expect(cells(find(root, 'memory@80000000'), 'reg')).toEqual([0, 0x8000_0000, 0, 256 << 20]);
    const cpus = find(root, 'cpus');
    expect(cells(cpus, 'timebase-frequency')).toEqual([10_000_000]);
    expect(cpus.children.map((it) => it.name)).toEqual(['cpu@0', 'cpu@1', 'cpu@2']);
    expect(strings(find(cpus, 'cpu@2'), 'mmu-type')).toEqual(['riscv,sv39']);
    expect(cells(find(cpus, 'cpu@2'), 'reg')).toEqual([2]);
  });

  test('describes the devices where they are', () => {
    const serial = find(root, 'soc/serial@10000000');
    expect(cells(serial, 'reg')).toEqual([0, 0x1000_0000, 0, 0x100]);
    expect(cells(serial, 'interrupts')).toEqual([10]);
    expect(cells(find(root, 'soc/virtio_mmio@10008000'), 'interrupts')).toEqual([8]);
    expect(cells(find(root, 'soc/plic@c000000'), 'interrupts-extended')).toEqual([
      1, 11, 1, 9, 2, 11, 2, 9, 3, 11, 3, 9,
    ]);
    expect(strings(find(root, 'soc/clint@2000000'), 'compatible')).toContain('riscv,clint0');
    expect(find(root, 'soc').properties.get('ranges')?.length).toBe(0);
  });

  test('lies inside RAM of any size, on the last 2 MiB boundary', () => {
    const { length } = deviceTree({ harts: 8, memoryBytes: 1 << 20 });
    expect(deviceTreeAddress(128 << 20, length)).toBe(0x87e0_0000);
    const small = deviceTreeAddress(1 << 20, length);
    expect(small % 8).toBe(0);
    expect(small + length).toBeLessThanOrEqual(0x8010_0000);
  });
});
