/** The kernel or image under test cannot be used: one sentence with the way out. Exit code 2. */
export class GuestError extends Error {}
