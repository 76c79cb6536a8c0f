import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FsError } from './fs-error.ts';
import { fsck } from './fsck.ts';
import {
  BLOCK_BYTES,
  dataStart,
  fileType,
  MAX_FILE_BYTES,
  readSuperblock,
  viewOf,
} from './layout.ts';
import { DEFAULT_GEOMETRY, mkfs } from './mkfs.ts';
import { readFileFrom, replaceFile } from './replace-file.ts';
import { lookup, openVolume, readInode, writeInode } from './volume.ts';

const bytesOf = (length: number, seed = 1) =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + seed * 17 + (index >> 8)) & 255);

/** Comparing megabytes with toEqual takes seconds. */
const same = (a: Uint8Array | undefined, b: Uint8Array) =>
  a !== undefined && Buffer.from(a).equals(b);

const sample = () =>
  mkfs([
    { path: '/init', bytes: bytesOf(3000) },
    { path: '/README', bytes: bytesOf(10) },
    { path: '/bin/deep/tool', bytes: bytesOf(20_000) },
  ]);

describe('mkfs', () => {
  it('lays the regions out as xv6 does', () => {
    const sb = readSuperblock(viewOf(sample()));
    expect(sb).toMatchObject({ size: 2000, logStart: 2, inodeStart: 32, bitmapStart: 45 });
    expect(dataStart(sb)).toBe(46);
    expect(sb.dataBlocks).toBe(1954);
  });

  it('stores files that read back and passes its own check', () => {
    const image = sample();
    expect(fsck(image)).toEqual([]);
    expect(same(readFileFrom(image, '/bin/deep/tool'), bytesOf(20_000))).toBe(true);
    expect(readFileFrom(image, '/absent')).toBeUndefined();
  });

  it.each([
    [
      'a file too large',
      [{ path: 'x', bytes: new Uint8Array(MAX_FILE_BYTES + 1) }],
      /largest file/,
    ],
    ['a long name', [{ path: 'fifteen-letters', bytes: bytesOf(1) }], /1 to 14 characters/],
    [
      'a path through a file',
      [
        { path: 'f', bytes: bytesOf(1) },
        { path: 'f/g', bytes: bytesOf(1) },
      ],
      /f is not a directory/,
    ],
    [
      'a full disk',
      Array.from({ length: 9 }, (_, index) => ({
        path: `f${index}`,
        bytes: new Uint8Array(MAX_FILE_BYTES),
      })),
      /no room for f7/,
    ],
    [
      'no inodes',
      Array.from({ length: 199 }, (_, index) => ({
        path: `f${index}`,
        bytes: bytesOf(1),
      })),
      /no free inode/,
    ],
  ])('refuses %s', (_, files, message) => {
    expect(() => mkfs(files)).toThrow(message);
    expect(() => mkfs(files)).toThrow(FsError);
  });

  it('refuses an impossible geometry', () => {
    expect(() => mkfs([], { ...DEFAULT_GEOMETRY, blocks: 20 })).toThrow(/beyond the last/);
  });
});

describe('replaceFile', () => {
  it('grows, shrinks and adds files like a plain map would', () => {
    const step = fc.record({
      path: fc.constantFrom('/init', '/README', '/a', '/bin/b', '/bin/deep/c'),
      length: fc.oneof(fc.nat(3000), fc.integer({ min: 11_000, max: 60_000 })),
      seed: fc.nat(200),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        let image = sample();
        const files = new Map<string, Uint8Array>([['/init', bytesOf(3000)]]);
        for (const { path, length, seed } of steps) {
          const before = image.slice();
          const after = replaceFile(image, path, bytesOf(length, seed));
          expect(same(image, before)).toBe(true);
          files.set(path, bytesOf(length, seed));
          image = after;
        }
        expect(fsck(image)).toEqual([]);
        for (const [path, bytes] of files) {
          expect(same(readFileFrom(image, path), bytes), path).toBe(true);
        }
      }),
      { numRuns: 25, seed: 7 },
    );
  });

  it('says that the image has no room and leaves it alone', () => {
    const image = mkfs([{ path: 'init', bytes: bytesOf(100) }], {
      blocks: 60,
      inodes: 20,
      logBlocks: 30,
    });
    const before = image.slice();
    expect(() => replaceFile(image, 'init', bytesOf(40_000))).toThrow(/no room for init: needs 41/);
    expect(same(image, before)).toBe(true);
  });

  it('refuses directories, devices and paths that name nothing', () => {
    expect(() => replaceFile(sample(), '/bin', bytesOf(1))).toThrow(/is a directory/);
    expect(() => replaceFile(sample(), '/', bytesOf(1))).toThrow(/must name a file/);
    expect(() => replaceFile(sample(), '/bin/../init', bytesOf(1))).toThrow(/without/);
  });

  it('installs a committed log before it changes anything', () => {
    const image = sample();
    const volume = openVolume(image);
    const target = readInode(volume, lookup(volume, 'README', 1) as number).addrs[0] as number;
    const log = volume.sb.logStart;
    volume.view.setUint32(log * BLOCK_BYTES, 1, true);
    volume.view.setUint32(log * BLOCK_BYTES + 4, target, true);
    image.fill(65, (log + 1) * BLOCK_BYTES, (log + 2) * BLOCK_BYTES);
    expect(fsck(image).map(({ kind }) => kind)).toEqual(['log']);
    const after = replaceFile(image, '/new', bytesOf(5));
    expect(fsck(after)).toEqual([]);
    expect(readFileFrom(after, 'README')).toEqual(new Uint8Array(10).fill(65));
  });
});

describe('fsck', () => {
  const damage = (change: (volume: ReturnType<typeof openVolume>) => void) => {
    const image = sample();
    change(openVolume(image));
    const before = image.slice();
    const problems = fsck(image);
    expect(same(image, before)).toBe(true);
    return problems.map(({ kind, where, message }) => `${kind} ${where}: ${message}`);
  };
  const editInode = (
    volume: ReturnType<typeof openVolume>,
    path: string,
    change: (inode: ReturnType<typeof readInode>) => void,
  ) => {
    const inum = lookup(volume, path, 1) as number;
    const inode = readInode(volume, inum);
    change(inode);
    writeInode(volume, inum, inode);
  };

  it('names a truncated image', () => {
    expect(fsck(sample().subarray(0, 100_000))[0]?.message).toMatch(/2000 blocks.*truncated/);
    expect(fsck(new Uint8Array(10))[0]?.message).toMatch(/too few/);
  });

  it('names a foreign image', () => {
    expect(fsck(new Uint8Array(4096))[0]?.message).toMatch(/magic is 0x0/);
    expect(() => replaceFile(new Uint8Array(4096), 'init', bytesOf(1))).toThrow(
      /superblock: magic/,
    );
  });

  it('finds a block with two owners and the one it lost', () => {
    const problems = damage((volume) => {
      const other = readInode(volume, lookup(volume, 'README', 1) as number).addrs[0] as number;
      editInode(volume, 'init', (inode) => {
        inode.addrs[1] = other;
      });
    });
    expect(problems).toEqual([
      expect.stringMatching(/^block block \d+: owned by inode \d+ and by inode \d+$/),
      expect.stringMatching(/^leak block \d+: marked used, owned by none$/),
    ]);
  });

  it('finds blocks out of range, wrong types, sizes and link counts', () => {
    expect(
      damage((volume) => {
        editInode(volume, 'init', (inode) => {
          inode.addrs[12] = 3;
        });
        editInode(volume, 'README', (inode) => {
          inode.links = 2;
        });
        editInode(volume, 'bin/deep/tool', (inode) => {
          inode.sizeBytes = 1 << 30;
        });
      }),
    ).toEqual([
      expect.stringMatching(/^block inode 2: the indirect block is block 3, outside the data/),
      expect.stringMatching(/^inode inode \d+: size 1073741824 exceeds 274432 bytes$/),
      expect.stringMatching(/^links inode \d+: counts 2 links, expected 1$/),
    ]);
    expect(
      damage((volume) =>
        editInode(volume, 'init', (inode) => {
          inode.type = 9;
        }),
      )[0],
    ).toMatch(/^inode inode 2: unknown type 9$/);
  });

  it('ends on a directory cycle and names it', () => {
    const problems = damage((volume) => {
      const deep = lookup(volume, 'bin/deep', 1) as number;
      const block = readInode(volume, deep).addrs[0] as number;
      volume.view.setUint16(block * BLOCK_BYTES + 32, lookup(volume, 'bin', 1) as number, true);
    });
    expect(problems).toContainEqual(
      expect.stringMatching(/^directory \/bin\/deep\/tool: .*second/),
    );
  });

  it('finds orphans, free blocks in use and a root that is no directory', () => {
    const orphan = damage((volume) => {
      const root = readInode(volume, 1).addrs[0] as number;
      volume.view.setUint16(root * BLOCK_BYTES + 48, 0, true);
    });
    expect(orphan).toEqual([expect.stringMatching(/^orphan inode 3: in use/)]);
    const unmarked = damage((volume) => {
      volume.image[volume.sb.bitmapStart * BLOCK_BYTES + 5] = 0;
    });
    expect(unmarked[0]).toMatch(/^bitmap block 40: belongs to the file system, marked free$/);
    const rootless = damage((volume) =>
      editInode(volume, '/', (inode) => {
        inode.type = fileType.file;
      }),
    );
    expect(rootless).toContainEqual('directory /: inode 1 is not a directory');
  });

  it('ends without throwing on arbitrarily damaged images', () => {
    const base = mkfs([{ path: 'd/init', bytes: bytesOf(14_000) }], {
      blocks: 100,
      inodes: 20,
      logBlocks: 10,
    });
    const hit = fc.record({ at: fc.nat(base.length - 1), value: fc.nat(255) });
    const early = fc.record({ at: fc.integer({ min: 1024, max: 20_000 }), value: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(fc.oneof(hit, early), { maxLength: 40 }), (hits) => {
        const image = base.slice();
        for (const { at, value } of hits) image[at] = value;
        fsck(image);
      }),
      { numRuns: 200, seed: 11 },
    );
  });
});
