/** Finding good classical policies: exact solvers, heuristics, and search by simulation. */

export { decompositionAggregation } from "./decomposition_aggregation.ts";
export { planOrderUpTo, planSerial, planSingleStage } from "./exact_plans.ts";
export { type PlanningMethod, planningMethods } from "./methods.ts";
export { newsvendorNormal, newsvendorPmf, newsvendorPoisson } from "./newsvendor.ts";
export { reorderPointOrderUpTo } from "./reorder_point_order_up_to.ts";
export { resolveSearchOptions } from "./search_options.ts";
export { search, type SearchResult, type SearchTraceEntry } from "./search.ts";
export type { SearchStage } from "./search_context.ts";
export type { ResolvedSearchOptions, SearchOptions, SearchProgress } from "./search_options.ts";
export type { SearchBounds } from "./search_space.ts";
export { type SerialSystem, solveSerial } from "./serial.ts";
export { serviceBaseStock } from "./service_base_stock.ts";
export { planShangSong, shangSong } from "./shang_song.ts";
export { singleStageBaseStock, singleStagePerformance } from "./single_stage.ts";
