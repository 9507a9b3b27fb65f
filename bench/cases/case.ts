/** One measurement. */
export interface BenchCase {
  name: string;
  /** Of the value that is reported. */
  unit: string;
  /** One line, for the list of cases in the help. */
  doc: string;
  /** Makes everything ready outside the measured time. */
  prepare(): Promise<Workload>;
}

export interface Workload {
  /** What one run does, in millions where the unit is: value = work / seconds. */
  work: number;
  run(): void | Promise<void>;
  /** Where it ran, when that is not this machine's processor. */
  adapter?: string;
  /** One run, timed kernel by kernel: milliseconds by name. */
  profile?(): Promise<ReadonlyMap<string, number>>;
  close?(): void;
}
