import { expect, test } from "vitest";
import { InputError, RunError } from "../../engine/errors.ts";

test("an input error is one line that begins with where it happened, with exit code 2", () => {
  const error = new InputError("nodes[2].holdingCost", "expected a number >= 0,\n  got -3");
  expect(error.message).toBe("nodes[2].holdingCost: expected a number >= 0, got -3");
  expect(error.exitCode).toBe(2);
});

test("a run error has exit code 1", () => {
  expect(new RunError("no memory").exitCode).toBe(1);
});
