/**
 * Who supplies whom in chains 03, 04 and 05 of S. P. Willems, "Data Set: Real-World Multiechelon Supply Chains Used
 * for Inventory Optimization", Manufacturing & Service Operations Management 10(1), 19-23 (2008), and which stages face
 * customer demand there. Stage names are the data set's. These are the networks R1, R2 and R3 of Zhang et al. (2024).
 */

export interface WillemsChain {
  /** Supplying stage, supplied stages, in the data set's order. */
  arcs: readonly (readonly [from: string, to: readonly string[]])[];
  /** The stages with an average demand. */
  demandStages: readonly string[];
}

const MANUFACTURERS_OF_04 = [
  "Manuf_0001",
  "Manuf_0002",
  "Manuf_0003",
  "Manuf_0004",
  "Manuf_0005",
  "Manuf_0006",
  "Manuf_0007",
] as const;

/** 17 stages, 18 arcs, 4 demand stages. */
export const WILLEMS_03: WillemsChain = {
  arcs: [
    ["Manuf_0001", ["Trans_0001"]],
    ["Manuf_0002", ["Trans_0004"]],
    ["Manuf_0003", ["Dist_0002"]],
    ["Manuf_0004", ["Dist_0003", "Dist_0004"]],
    ["Part_0001", ["Manuf_0001"]],
    ["Part_0002", ["Manuf_0001", "Manuf_0002"]],
    ["Part_0003", ["Manuf_0001", "Manuf_0002"]],
    ["Part_0004", ["Manuf_0002"]],
    ["Part_0005", ["Trans_0002", "Trans_0003"]],
    ["Trans_0001", ["Manuf_0003"]],
    ["Trans_0002", ["Manuf_0003"]],
    ["Trans_0003", ["Manuf_0004"]],
    ["Trans_0004", ["Dist_0001", "Manuf_0004"]],
  ],
  demandStages: ["Dist_0001", "Dist_0002", "Dist_0003", "Dist_0004"],
};

/** 22 stages, 39 arcs, 9 demand stages. */
export const WILLEMS_04: WillemsChain = {
  arcs: [
    ["Dist_0001", ["Dist_0008", "Dist_0009", "Dist_0010"]],
    ["Dist_0004", ["Dist_0011"]],
    ["Manuf_0001", ["Dist_0001"]],
    ["Manuf_0002", ["Dist_0002"]],
    ["Manuf_0003", ["Dist_0003"]],
    ["Manuf_0004", ["Dist_0004"]],
    ["Manuf_0005", ["Dist_0005"]],
    ["Manuf_0006", ["Dist_0006"]],
    ["Manuf_0007", ["Dist_0007"]],
    ["Part_0001", MANUFACTURERS_OF_04],
    ["Part_0002", MANUFACTURERS_OF_04],
    ["Part_0003", MANUFACTURERS_OF_04],
    ["Part_0004", MANUFACTURERS_OF_04],
  ],
  demandStages: [
    "Dist_0002",
    "Dist_0003",
    "Dist_0005",
    "Dist_0006",
    "Dist_0007",
    "Dist_0008",
    "Dist_0009",
    "Dist_0010",
    "Dist_0011",
  ],
};

/** 27 stages, 31 arcs, 8 demand stages. */
export const WILLEMS_05: WillemsChain = {
  arcs: [
    ["Dist_0001", ["Manuf_0002", "Manuf_0003", "Manuf_0004", "Manuf_0005"]],
    ["Manuf_0001", ["Dist_0001"]],
    ["Manuf_0002", ["Retail_0001", "Retail_0002"]],
    ["Manuf_0003", ["Retail_0003", "Retail_0004"]],
    ["Manuf_0004", ["Retail_0005", "Retail_0006"]],
    ["Manuf_0005", ["Retail_0007", "Retail_0008"]],
    ["Part_0001", ["Manuf_0001"]],
    ["Part_0002", ["Manuf_0001"]],
    ["Part_0003", ["Manuf_0001"]],
    ["Part_0004", ["Manuf_0001"]],
    ["Part_0005", ["Manuf_0001"]],
    ["Part_0006", ["Manuf_0001"]],
    ["Part_0007", ["Manuf_0002"]],
    ["Part_0008", ["Manuf_0002", "Manuf_0003"]],
    ["Part_0009", ["Manuf_0003"]],
    ["Part_0010", ["Manuf_0002", "Manuf_0003", "Manuf_0004", "Manuf_0005"]],
    ["Part_0011", ["Manuf_0004"]],
    ["Part_0012", ["Manuf_0004", "Manuf_0005"]],
    ["Part_0013", ["Manuf_0005"]],
  ],
  demandStages: [
    "Retail_0001",
    "Retail_0002",
    "Retail_0003",
    "Retail_0004",
    "Retail_0005",
    "Retail_0006",
    "Retail_0007",
    "Retail_0008",
  ],
};
