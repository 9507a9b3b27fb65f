/**
 * The memory layout of `env_step`, read by the AssemblyScript kernel, by its WGSL twin and by the TypeScript that
 * fills the tables. Plain constants only, so that both compilers accept the file.
 *
 * An array is `[seed][block][row][column]`: 256 environments a block, rows padded to 272 columns so that no stride is
 * a bare power of two. Offsets of rows ("at") are in bytes from the start of a block.
 */

export const BLOCK_COLUMNS = 256;
export const ROW_COLUMNS = 272;
export const ROW_BYTES = 1088;

/** A quantised fraction (yield, profile multiplier) is n / FRACTION. */
export const FRACTION = 10000;

// Rows of a node, from its NODE_BASE.
export const ON_HAND = 0;
export const OWED = 1;
export const ON_ORDER = 2;
export const ORDER = 3;
export const POSITION = 4;
export const PROFIT = 5;
/** Customer demand due plus orders taken in. */
export const DEMAND = 6;
/** Rows that every node has; those that a flag asks for lie elsewhere. */
export const NODE_ROWS_ALWAYS = 7;

// Header of the tables, in words.
export const H_NODES = 0;
export const H_HORIZON = 1;
/** Bytes of one block of state, actions, observations, rewards, metrics. */
export const H_STATE_BYTES = 2;
export const H_ACTION_BYTES = 3;
export const H_OBSERVATION_BYTES = 4;
export const H_REWARD_BYTES = 5;
export const H_METRIC_BYTES = 6;
/** Byte offset of a list of node records, upstream first; the offsets below are in bytes, too. */
export const H_NODE_ORDER = 7;
export const H_DRAWS = 8;
export const H_DRAW_COUNT = 9;
export const H_OBSERVATIONS = 10;
export const H_OBSERVATION_COUNT = 11;
export const H_REWARDS = 12;
export const H_REWARD_COUNT = 13;
export const H_RESETS = 14;
export const H_RESET_COUNT = 15;
/** Arc records: the arcs, then one for the customers of each node that has some. */
export const H_LINKS = 16;
export const H_LINK_COUNT = 17;
/** Claims of one node at most. */
export const H_MOST_CLAIMS = 18;
export const HEADER_WORDS = 19;

// Node record, in words. f32 where marked.
export const NODE_FLAGS = 0;
export const NODE_BASE = 1;
export const NODE_RULE = 2;
/** Row that the rule compares: on-hand, inventory position or echelon position. */
export const NODE_LEVEL_AT = 3;
/** First action row, in the block of actions. */
export const NODE_ACTION_AT = 4;
export const NODE_CLIP_LOW = 5; // f32
export const NODE_CLIP_HIGH = 6; // f32
export const NODE_SCALE = 7; // f32, 2 words: one a parameter
export const NODE_OFFSET = 9; // f32, 2 words
export const NODE_MAX_ORDER = 11; // f32
export const NODE_SUPPLY = 12; // offset of a list of link records
export const NODE_SUPPLY_COUNT = 13;
export const NODE_CLAIMS = 14;
export const NODE_CLAIM_COUNT = 15;
export const NODE_SOURCING = 16;
export const NODE_ALLOCATION = 17;
export const NODE_PRICE = 18; // f32 from here on
export const NODE_ORDER_COST = 19;
export const NODE_FIXED_COST = 20;
export const NODE_CHANGE_COST = 21;
export const NODE_HOLDING_COST = 22;
export const NODE_HOLDING_TARGET = 23;
export const NODE_BACKORDER_COST = 24;
export const NODE_LOST_COST = 25;
export const NODE_CAPACITY = 26;
export const NODE_MAX_BACKORDER = 27;
export const NODE_METRICS_AT = 28; // offset in the block of metrics
export const NODE_LAST_ORDER_AT = 29;
export const NODE_RECEIVED_AT = 30;
export const NODE_SHIPPED_AT = 31;
export const NODE_COST_AT = 32;
export const NODE_FILL_AT = 33;
export const NODE_IN_TRANSIT_AT = 34;
/** Echelon: list of pairs (row, +1 or -1) whose sum is the echelon position. */
export const NODE_ECHELON = 35;
export const NODE_ECHELON_COUNT = 36;
export const NODE_CHOICES = 37; // offset of f32 quantities
export const NODE_CHOICE_COUNT = 38;
/** Row of random words for the sourcing rule "random". */
export const NODE_SOURCE_WORDS_AT = 39;
/** Weights of all supply links, as an integer. */
export const NODE_SHARE_SUM = 40;
/** Squares are summed about these expected values, f32, so that variances survive single precision. */
export const NODE_ORDER_CENTRE = 41;
export const NODE_DEMAND_CENTRE = 42;
export const NODE_WORDS = 44;

// Flags of a node.
export const INTEGER = 1;
export const DECODES_ACTIONS = 2;
export const HAS_CAPACITY = 4;
export const HAS_MAX_BACKORDER = 8;
/** Orders or demand reach the node later than they are placed or known. */
export const LOOKS_AHEAD = 16;
export const HAS_FIXED_COST = 64;
export const HAS_CHANGE_COST = 128;
export const HAS_TARGET = 256;
export const RECORDS_RECEIVED = 1024;
export const RECORDS_SHIPPED = 2048;
export const RECORDS_COST = 4096;
export const RECORDS_FILL = 8192;
export const RECORDS_IN_TRANSIT = 16384;
export const HAS_TRANSIT_COST = 32768;
export const HAS_LOST_SALES = 65536;
export const USES_ECHELON = 131072;
export const RECORDS_DEMAND = 262144;
export const SERVES_CUSTOMERS = 524288;
export const RECORDS_POSITION = 1048576;
/** Some supply link has a yield below 1. */
export const WASTES = 2097152;
/** Any of the costs that few networks have, and any of the records beside demand, position and cost. */
export const RARE_COSTS = HAS_FIXED_COST | HAS_CHANGE_COST | HAS_LOST_SALES | HAS_TRANSIT_COST;
export const RECORDS_ANY = RECORDS_RECEIVED | RECORDS_SHIPPED | RECORDS_FILL | RECORDS_IN_TRANSIT;

// Rules.
export const RULE_QUANTITY = 0;
export const RULE_S_S = 1;
export const RULE_BASE_STOCK = 2;
export const RULE_DEMAND_PLUS = 3;
export const RULE_CHOICE = 4;
export const RULE_S_Q = 5;

// Sourcing.
export const SOURCING_ONE = 0;
export const SOURCING_SPLIT = 1;
export const SOURCING_RANDOM = 2;
export const SOURCING_AVAILABLE = 3;
export const SOURCING_ALL = 4;

// Allocation.
export const ALLOCATION_FAIR = 0;
export const ALLOCATION_PROPORTIONAL = 1;
export const ALLOCATION_LOWEST_POSITION = 2;
export const ALLOCATION_PRIORITY = 3;

// Link record (an arc, or the customers of a node), in words.
export const LINK_FLAGS = 0;
/** The node's row OWED where the link is its only claim. */
export const LINK_OWED_AT = 1;
/** Row with what is asked for in this period; moves with the period where the order or the demand takes time. */
export const LINK_NEW_AT = 2;
/** Ring rows where goods arrive and where shipments of a constant lead time go, in this period. */
export const LINK_IN_AT = 3;
export const LINK_OUT_AT = 4;
export const LINK_RING_AT = 5;
export const LINK_RING_LENGTH = 6;
export const LINK_LEAD_TIME = 7;
/** Row of lead times drawn in this period. */
export const LINK_LEAD_TIME_AT = 8;
/** Slot of the ring that is due in this period. */
export const LINK_SLOT = 9;
/** Orders on their way (an arc) or demand known and not due (customers): ring of `delay + 1` rows, and its sum. */
export const LINK_DELAY = 10;
export const LINK_DELAY_RING_AT = 11;
export const LINK_ON_WAY_AT = 12;
/** Where an order placed, or a demand drawn, in this period is written. */
export const LINK_PLACE_AT = 13;
export const LINK_SHARE = 14; // integer weight
export const LINK_SHARE_FRACTION = 15; // f32
export const LINK_YIELD = 16; // integer numerator over FRACTION
export const LINK_YIELD_FRACTION = 17; // f32
export const LINK_TRANSIT_AT = 18;
export const LINK_TRANSIT_COST = 19; // f32
/** First row of the buyer's rows, and of the supplier's (0 for external supply). */
export const LINK_BUYER_BASE = 20;
export const LINK_SUPPLIER_BASE = 21;
/** u32 threshold below which the sourcing rule "random" takes this link or an earlier one. */
export const LINK_THRESHOLD = 22;
export const LINK_WORDS = 24;

// Flags of a link.
export const CUSTOMERS = 1;
export const FROM_SUPPLY = 2;
export const RANDOM_LEAD_TIME = 4;
/** Shipments add to the ring, which is cleared on receipt. Otherwise each slot is overwritten once a round. */
export const ACCUMULATES = 8;
export const LOSES_UNMET = 16;
export const HAS_YIELD = 32;
export const KEEPS_TRANSIT = 64;
export const DELAYED = 128;
/** What is on its way on this link counts against the supplier's inventory position. */
export const IS_SEEN = 256;

// Draw record, in words: one random or time-varying row a period.
export const DRAW_KIND = 0;
/** Index of the link whose LINK_PLACE_AT takes a demand; -1: the row DRAW_AT. */
export const DRAW_LINK = 1;
export const DRAW_AT = 2;
export const DRAW_STREAM = 3;
export const DRAW_ENTITY = 4;
/** Offset in the tables of a sampler, or of a trace's values. */
export const DRAW_TABLE = 5;
export const DRAW_LENGTH = 6;
/** Multipliers over FRACTION (offset, count; count 0: none) and as f32 for real networks. */
export const DRAW_PROFILE = 7;
export const DRAW_PROFILE_LENGTH = 8;
/** Periods from the draw until its value falls due. */
export const DRAW_DELAY = 9;
export const DRAW_MEAN = 10; // f32
export const DRAW_STD_DEV = 11; // f32
/** 1: multiplied values are rounded. */
export const DRAW_ROUNDS = 12;
export const DRAW_WORDS = 14;

export const DRAW_DISCRETE = 0;
export const DRAW_NORMAL = 1;
export const DRAW_TABLE_VALUE = 2;
/** Raw words, for sourcing. */
export const DRAW_RAW = 3;

// Observation record, in words.
export const OBSERVE_KIND = 0;
export const OBSERVE_FROM_AT = 1;
export const OBSERVE_TO_AT = 2;
export const OBSERVE_LAGS = 3;
export const OBSERVE_SCALE = 4; // f32
export const OBSERVE_OFFSET = 5; // f32
/** In-transit slots: the node record, and periods ahead (1: arrives in the coming period). */
export const OBSERVE_NODE = 6;
export const OBSERVE_AHEAD = 7;
export const OBSERVE_WORDS = 8;

export const OBSERVE_ROW = 0;
export const OBSERVE_TIME = 1;
export const OBSERVE_SLOT = 2;

// Reward record, in words: REWARD_COUNT terms (row, f32 weight) at REWARD_TERMS; count 0: same as the record before.
export const REWARD_TO_AT = 0;
export const REWARD_COUNT = 1;
export const REWARD_TERMS = 2;
export const REWARD_WORDS = 3;

// Reset record: a row and the f32 value that fills it.
export const RESET_AT = 0;
export const RESET_VALUE = 1;
export const RESET_WORDS = 2;

// Metric rows of a node: sums over periods.
export const M_PROFIT = 0;
export const M_COST = 1;
export const M_ON_HAND = 2;
export const M_BACKORDERS = 3;
export const M_IN_TRANSIT = 4;
export const M_ORDER = 5;
export const M_ORDER_SQUARED = 6;
export const M_RECEIVED = 7;
export const M_DEMAND = 8;
export const M_ON_TIME = 9;
export const M_SHIPPED = 10;
export const M_STOCK_OUTS = 11;
export const M_CUSTOMER_DEMAND = 12;
export const M_CUSTOMER_DEMAND_SQUARED = 13;
export const M_CUSTOMER_ON_TIME = 14;
export const M_CUSTOMER_STOCK_OUTS = 15;
export const M_LOST = 16;
export const M_CUT = 17;
export const M_TRIMMED = 18;
export const M_LOST_TO_YIELD = 19;
export const M_CUSTOMER_SHIPPED = 20;
export const M_DEMAND_SQUARED = 21;
export const METRIC_ROWS = 22;

// Levels of accounting.
export const METRICS_NONE = 0;
/** Profit and cost only: what a search needs. */
export const METRICS_OBJECTIVE = 1;
export const METRICS_ALL = 2;

// Control words, of each seed.
export const CONTROL_SEED = 0;
export const CONTROL_PHASE = 1;
export const CONTROL_EPISODE = 2;
export const CONTROL_PERIOD = 3;
export const CONTROL_METRICS = 4;
/** 1: write observations and rewards. */
export const CONTROL_OBSERVES = 5;
/** 1: at the end of the horizon, reset within the step. */
export const CONTROL_AUTORESETS = 6;
export const CONTROL_WORDS = 8;

// Arguments of env_step, in words: pointers to the arrays, then the parameters.
export const ARG_CONTROL = 0;
export const ARG_TABLES = 1;
export const ARG_STATE = 2;
export const ARG_OBSERVATIONS = 3;
export const ARG_ACTIONS = 4;
export const ARG_FINAL_OBSERVATIONS = 5;
export const ARG_REWARDS = 6;
export const ARG_METRICS = 7;
export const ARG_SCRATCH = 8;
export const ARG_TRUNCATIONS = 9;
/** Runs side by side, each with arrays and control words of its own behind those of the one before. */
export const ARG_SEEDS = 10;
/** Environments of a seed. */
export const ARG_COLUMNS = 11;
export const ARG_PERIODS = 12;
export const ARG_WORDS = 13;

// Arguments of env_reset: the first arrays are those of env_step.
export const RESET_SEEDS = 4;
export const RESET_COLUMNS = 5;
export const RESET_ARG_WORDS = 6;

// Arguments of env_advance: the first arrays are those of env_step.
export const ADVANCE_SEEDS = 2;
export const ADVANCE_PERIODS = 3;
export const ADVANCE_ARG_WORDS = 4;

/** Row of the state that holds the member number of each environment. */
export const MEMBER_AT = 0;
// Scratch: row 0 for random words, then rows that pass from one stage of a node's period to the next, then vectors for
// the allocation of a node's claims.
export const S_RECEIVED = 1;
export const S_NOT_SHIPPED = 2;
export const S_WASTED = 3;
export const S_TRANSIT_COST = 4;
export const S_DEMAND = 5;
export const S_SHIPPED = 6;
export const S_ON_TIME = 7;
export const S_LOST = 8;
export const S_TRIMMED = 9;
/** Known demand not yet due, and orders on their way that the node sees. */
export const S_AHEAD = 10;
export const S_CUSTOMERS_DEMAND = 11;
export const S_CUSTOMERS_ON_TIME = 12;
export const S_CUSTOMERS_OWED = 13;
export const S_CUSTOMERS_SHIPPED = 14;
export const SCRATCH_ROWS = 15;
/** Vectors a claim takes in an allocation: its need, its gifts of both passes, what goes before it in each. */
export const SCRATCH_VECTORS_PER_CLAIM = 5;
/** Rows a claim takes in an allocation on a GPU, behind all blocks of state: its gifts of both passes, a remainder. */
export const CLAIM_ROWS = 3;
