/** The Jupyter kernel that this runs in, where it runs in one. */

export type MimeBundle = Record<string, unknown>;

/** What a kernel's `Deno.jupyter` offers of what pictures need. */
export interface Kernel {
  display(bundle: MimeBundle, options: DisplayOptions): Promise<void>;
}

export interface DisplayOptions {
  /** The bundle is to be shown as it is. */
  raw: true;
  display_id?: string;
  /** Replaces what was displayed with the same id. */
  update?: boolean;
}

/** The method by which a value says how a cell shows it. */
export const DISPLAY: unique symbol = Symbol.for("Jupyter.display");

/** Undefined outside a kernel, where Deno throws at the mere mention. */
export function kernel(): Kernel | undefined {
  try {
    const found = Reflect.get(Deno, "jupyter") as Partial<Kernel> | undefined;
    return typeof found?.display === "function" ? found as Kernel : undefined;
  } catch {
    return undefined;
  }
}
