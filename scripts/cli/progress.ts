import cliProgress from "cli-progress";
import { beforeExit } from "./exit.ts";

/** What this file uses of cli-progress, which comes without types. */
interface Bar {
  start(total: number, value: number, payload: object): void;
  update(value: number, payload: object): void;
  stop(): void;
}

export interface Progress {
  /**
   * @param note a few words behind the bar, such as the best cost so far
   * @param share of the work since the start that is done, where it is not `done / total`: what the time left is from
   */
  update(done: number, note?: string, share?: number): void;
  /** Takes the bar off the terminal. */
  stop(): void;
}

/**
 * A progress bar on stderr, and nothing at all where stderr is no terminal.
 *
 * @param label what goes on: `search`
 * @param total when `update` has reached this the work is done
 * @param unit of `total`: `episodes`
 */
export function startProgress(
  label: string,
  total: number,
  unit: string,
  terminal = Deno.stderr.isTerminal(),
): Progress {
  if (!terminal) return { update() {}, stop() {} };
  const bar: Bar = new cliProgress.SingleBar({
    format: `${label} {bar} {value}/{total} ${unit}{note}`,
    barsize: 24,
    clearOnComplete: true,
    hideCursor: true,
  }, cliProgress.Presets.shades_classic);
  const started = performance.now();
  bar.start(total, 0, { note: "" });
  // A hidden cursor must not outlive the command.
  const forget = beforeExit(() => bar.stop());
  return {
    update(done, note = "", share = done / total) {
      const seconds = (performance.now() - started) / 1000;
      const parts = [share > 0 ? `${inWords(seconds * (1 / share - 1))} left` : "", note];
      bar.update(Math.min(done, total), {
        note: parts.map((part) => part === "" ? "" : ` | ${part}`).join(""),
      });
    },
    stop() {
      forget();
      bar.stop();
    },
  };
}

function inWords(seconds: number): string {
  if (seconds < 100) return `${Math.max(0, Math.round(seconds))} s`;
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
