/** Draw records: what chance and the calendar bring each period, and the sampler tables behind them. */

import { envStep as L } from "../device/kernels.ts";
import { InputError } from "../errors.ts";
import { pmf, valuesByPeriod } from "../network/distributions.ts";
import { quantise } from "../network/rounding.ts";
import type { Distribution, Network } from "../network/types.ts";
import { discreteTable, encodeDiscreteTable, STREAMS } from "../random/mod.ts";
import { isFixed, type LinkLayout } from "./links.ts";
import type { NodeRows } from "./rows.ts";
import type { TableWords } from "./table_words.ts";

interface Draw {
  distribution: Distribution;
  where: string;
  stream: number;
  entity: number;
  /** Link whose place takes the value, or -1 and a row. */
  link: number;
  at: number;
  delay: number;
  integer: boolean;
  rounds: boolean;
}

/**
 * Writes all draw records; returns their count and the byte offset of the first.
 *
 * @param periods last period + 1 that will ever be drawn: traces without `repeat` must reach it
 * @throws InputError where a trace is too short
 */
export function writeDraws(
  network: Network,
  links: readonly LinkLayout[],
  customerLinks: readonly number[],
  nodeRows: readonly NodeRows[],
  periods: number,
  tables: TableWords,
): { at: number; count: number } {
  const draws: Draw[] = [];
  const integer = network.quantities === "integer";
  network.nodes.forEach((node, n) => {
    if (node.demand === undefined) return;
    draws.push({
      distribution: node.demand,
      where: `nodes[${n}] ("${node.id}").demand`,
      stream: STREAMS.demand,
      entity: n,
      link: customerLinks[n]!,
      at: 0,
      delay: node.demandLeadTime,
      integer,
      rounds: integer,
    });
  });
  network.arcs.forEach((arc, a) => {
    if (isFixed(arc.leadTime)) return;
    draws.push({
      distribution: arc.leadTime,
      where: `arcs[${a}] (${arc.from} -> ${arc.to}).leadTime`,
      stream: STREAMS.leadTime,
      entity: a,
      link: -1,
      at: links[a]!.leadTimeAt,
      delay: 0,
      integer: true,
      rounds: true,
    });
  });
  const sourcing = network.nodes.flatMap((_, n) => nodeRows[n]!.sourceWords > 0 ? [n] : []);

  const count = draws.length + sourcing.length;
  const at = tables.record(count * L.DRAW_WORDS);
  const known = new Map<string, number>();
  draws.forEach((draw, k) => writeDraw(draw, at + k * L.DRAW_WORDS * 4, periods, known, tables));
  sourcing.forEach((n, k) => {
    const record = at + (draws.length + k) * L.DRAW_WORDS * 4;
    tables.set(record, L.DRAW_KIND, L.DRAW_RAW);
    tables.set(record, L.DRAW_LINK, -1);
    tables.set(record, L.DRAW_AT, nodeRows[n]!.sourceWords);
    tables.set(record, L.DRAW_STREAM, STREAMS.sourcing);
    tables.set(record, L.DRAW_ENTITY, n);
  });
  return { at, count };
}

function writeDraw(
  draw: Draw,
  record: number,
  periods: number,
  known: Map<string, number>,
  tables: TableWords,
): void {
  const { distribution } = draw;
  tables.set(record, L.DRAW_LINK, draw.link);
  tables.set(record, L.DRAW_AT, draw.at);
  tables.set(record, L.DRAW_STREAM, draw.stream);
  tables.set(record, L.DRAW_ENTITY, draw.entity);
  tables.set(record, L.DRAW_DELAY, draw.delay);
  tables.set(record, L.DRAW_ROUNDS, draw.rounds ? 1 : 0);
  if (distribution.kind === "constant" || distribution.kind === "trace") {
    const values = valuesByPeriod(distribution, { integer: draw.rounds });
    if (distribution.kind === "trace" && !distribution.repeat && values.length < periods + draw.delay) {
      throw new InputError(
        draw.where,
        `the trace has ${values.length} values and ${periods + draw.delay} periods are needed; ` +
          `give a longer trace, fewer periods or "repeat": true`,
      );
    }
    tables.set(record, L.DRAW_KIND, L.DRAW_TABLE_VALUE);
    tables.set(record, L.DRAW_TABLE, tables.floatList(values));
    tables.set(record, L.DRAW_LENGTH, values.length);
    return;
  }
  const { profile, ...plain } = distribution;
  if (profile !== undefined) {
    tables.set(record, L.DRAW_PROFILE, tables.list(profile.map(quantise)));
    tables.set(record, L.DRAW_PROFILE_LENGTH, profile.length);
  }
  if (distribution.kind === "normal" && !draw.integer) {
    tables.set(record, L.DRAW_KIND, L.DRAW_NORMAL);
    tables.setFloat(record, L.DRAW_MEAN, distribution.mean);
    tables.setFloat(record, L.DRAW_STD_DEV, distribution.stdDev);
    return;
  }
  const key = JSON.stringify(plain);
  let sampler = known.get(key);
  if (sampler === undefined) {
    tables.align();
    sampler = tables.list(encodeDiscreteTable(discreteTable(pmf(distribution, { integer: draw.integer }))));
    known.set(key, sampler);
  }
  tables.set(record, L.DRAW_KIND, L.DRAW_DISCRETE);
  tables.set(record, L.DRAW_TABLE, sampler);
}
