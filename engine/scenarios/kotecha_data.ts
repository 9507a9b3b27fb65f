/**
 * The four networks of N. Kotecha and A. del Rio Chanona, "Leveraging Graph Neural Networks and Multi-Agent
 * Reinforcement Learning for Inventory Control in Supply Chains" (2024), as tables C.4 to C.7 print them.
 * The columns that are the same in every row (capacities, initial stock, stock and backlog costs) stand in kotecha.ts.
 */

/** A row of tables C.4 to C.7: node cost (per unit ordered), node price, connected nodes downstream ([]: customers). */
export type KotechaNode = readonly [cost: number, price: number, downstream: readonly number[]];

/** By number of nodes; a node's index is its number in the table. */
export const KOTECHA_NETWORKS = {
  // table C.4
  6: [
    [0.5, 4, [1, 2]],
    [1.0, 6, [3, 4]],
    [1.0, 6, [4, 5]],
    [1.5, 8, []],
    [1.5, 8, []],
    [1.5, 8, []],
  ],
  // table C.5
  12: [
    [0.5, 4, [1, 2]],
    [1.0, 6, [3, 4]],
    [1.0, 6, [5, 6]],
    [1.5, 8, [7, 8]],
    [1.5, 8, [9]],
    [1.5, 8, [10, 11]],
    [1.5, 8, []],
    [2.0, 10, []],
    [2.0, 10, []],
    [2.0, 10, [11]],
    [2.0, 10, [11]],
    [2.0, 10, []],
  ],
  // table C.6; rows 9 and 10 print 2.5 and 12 where table C.7 prints 2.0 and 10
  18: [
    [0.5, 4, [1, 2]],
    [1.0, 6, [3, 4]],
    [1.0, 6, [5, 6]],
    [1.5, 8, [7, 8]],
    [1.5, 8, [9]],
    [1.5, 8, [10]],
    [1.5, 8, []],
    [2.0, 10, [11, 12, 13]],
    [2.0, 10, [12]],
    [2.5, 12, [14]],
    [2.5, 12, [15]],
    [2.5, 12, [16, 17]],
    [2.5, 12, []],
    [2.5, 12, [17]],
    [2.5, 12, [17]],
    [3.0, 14, []],
    [3.0, 14, []],
    [3.0, 14, []],
  ],
  // table C.7
  24: [
    [0.5, 4, [1, 2]],
    [1.0, 6, [3, 4]],
    [1.0, 6, [5, 6]],
    [1.5, 8, [7, 8]],
    [1.5, 8, [9]],
    [1.5, 8, [10]],
    [1.5, 8, []],
    [2.0, 10, [11, 12, 13]],
    [2.0, 10, [12]],
    [2.0, 10, [14]],
    [2.0, 10, [15]],
    [2.5, 12, [16, 17]],
    [2.5, 12, []],
    [2.5, 12, [17]],
    [2.5, 12, [17, 18]],
    [2.5, 12, [19]],
    [3.0, 14, [20]],
    [3.0, 14, [20, 21]],
    [3.0, 14, [22]],
    [3.0, 14, [22, 23]],
    [3.5, 16, []],
    [3.5, 16, []],
    [3.5, 16, []],
    [3.5, 16, []],
  ],
} as const satisfies Record<number, readonly KotechaNode[]>;

/** Periods that a shipment takes to a node, by the node's index: the defaults of the authors' released code. */
export const KOTECHA_LEAD_TIMES = [
  1,
  2,
  3,
  1,
  1,
  2,
  1,
  1,
  2,
  3,
  4,
  5,
  1,
  2,
  1,
  1,
  1,
  1,
  1,
  1,
  1,
  1,
  2,
  1,
] as const;
