// The names that the trees of 2025 give to functions whose older names collide with system calls
// or say less. Included before everything else by the `cow-renamed` variant, so that symbols and
// debug information carry the new names.
#pragma once

#define fork kfork
#define exit kexit
#define wait kwait
#define kill kkill
#define exec kexec
#define usertrapret prepare_return
#define uvmfault vmfault
