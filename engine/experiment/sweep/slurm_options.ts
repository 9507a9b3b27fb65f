/** What a sweep needs to know to run on a Slurm cluster. */

export interface SlurmOptions {
  /**
   * The command that does the K-th share of the sweep's trials, K from SLURM_ARRAY_TASK_ID: words that every node
   * understands.
   *
   * @param tasks how many shares there are
   */
  worker(tasks: number): readonly string[];
  /** Tasks of the job array: shares of the trials. Default: one a trial, 100 at most. */
  tasks?: number;
  /** Tasks that run at a time at most. Default: as many as the cluster lets. */
  limit?: number;
  /** A file to write the job script from. Default: slurm_job.sh beside this file. */
  template?: string;
  /** Time between two looks at the queue and the folder. Default 5. */
  pollSeconds?: number;
}
