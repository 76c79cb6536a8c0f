// The part of the ELF-64 format that exec reads.
#pragma once
#include "types.h"

#define ELF_MAGIC 0x464c457fu // "\x7f" "ELF" read as a little-endian word

struct elfhdr {
  u32 magic;
  u8 ident[12];
  u16 type;
  u16 machine;
  u32 version;
  u64 entry;
  u64 phoff; // file offset of the program headers
  u64 shoff;
  u32 flags;
  u16 ehsize;
  u16 phentsize;
  u16 phnum;
  u16 shentsize;
  u16 shnum;
  u16 shstrndx;
};

#define ELF_PT_LOAD 1
#define ELF_PF_X 1
#define ELF_PF_W 2
#define ELF_PF_R 4

struct proghdr {
  u32 type;
  u32 flags;
  u64 off; // in the file
  u64 vaddr;
  u64 paddr;
  u64 filesz;
  u64 memsz;
  u64 align;
};

_Static_assert(sizeof(struct elfhdr) == 64 && sizeof(struct proghdr) == 56, "ELF-64 layout");
