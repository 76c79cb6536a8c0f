/** How much was run: `340 operations in 12 sequences`. */
export function extent({ steps, runs }: { steps: number; runs: number }): string {
  const operations = `${steps.toLocaleString('en-US')} operation${steps === 1 ? '' : 's'}`;
  if (runs === 0) return `${operations} before the first random sequence`;
  return `${operations} in ${runs.toLocaleString('en-US')} sequence${runs === 1 ? '' : 's'}`;
}
