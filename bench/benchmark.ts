/** What a benchmark measures against: a kernel and an image on disk. */
export interface Subject {
  kernelPath: string;
  imagePath: string;
  /** folder for copies, removed afterwards */
  scratch: string;
}

/** One line of the table. */
export interface Measurement {
  name: string;
  /** what was measured, with its unit */
  ours: string;
  /** the other side, where there is one */
  theirs?: string;
  /** the figure that the target speaks of */
  figure: string;
  target: string;
  met: boolean;
}

export interface Benchmark {
  name: string;
  run(subject: Subject): Promise<Measurement[]>;
}
