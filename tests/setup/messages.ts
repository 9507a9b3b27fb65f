import { expect } from "vitest";
import { InputError } from "../../engine/errors.ts";

/** The one line of the InputError that the action ends with; a test fails where it ends otherwise. */
export async function messageOf(action: () => unknown): Promise<string> {
  let result: unknown;
  try {
    result = await action();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.message).not.toMatch(/[\n\r]/);
    return error.message;
  }
  throw new Error(`expected an InputError, got ${JSON.stringify(result)?.slice(0, 200)}`);
}
