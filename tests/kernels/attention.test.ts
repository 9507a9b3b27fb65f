import { expect, test } from "vitest";
import { attentionBackward, attentionForward } from "../../engine/learning/attention.ts";
import { attentionTable } from "../../engine/learning/graph.ts";
import * as reference from "../reference/attention.ts";
import { differences, dot } from "../reference/activation.ts";
import { describeOnDevices, expectClose } from "../setup/devices.ts";
import { draw, drawn, type Links, randomLinks, scenarioLinks, star, withSelf } from "../setup/graphs.ts";
import { operand, readColumns } from "../setup/views.ts";

interface Case {
  name: string;
  neighbours: Links;
  heads: number;
  features: number;
  columns: number;
  seeds: number;
}

const cases: Case[] = [
  { name: "a node that sees nothing", neighbours: [[]], heads: 1, features: 1, columns: 1, seeds: 1 },
  { name: "a node that sees itself", neighbours: [[0]], heads: 4, features: 2, columns: 8, seeds: 1 },
  { name: "a star", neighbours: star(7), heads: 4, features: 5, columns: 37, seeds: 2 },
  {
    name: "kotecha-6",
    neighbours: withSelf(await scenarioLinks("kotecha-6")),
    heads: 1,
    features: 4,
    columns: 523,
    seeds: 2,
  },
  {
    name: "a random graph",
    neighbours: randomLinks(24, 0.2, 5),
    heads: 1,
    features: 3,
    columns: 9,
    seeds: 3,
  },
  {
    name: "a complete graph",
    neighbours: withSelf(randomLinks(5, 2, 5)),
    heads: 4,
    features: 8,
    columns: 281,
    seeds: 1,
  },
  {
    name: "links in one direction",
    neighbours: [[1, 2], [], [1]],
    heads: 2,
    features: 6,
    columns: 40,
    seeds: 1,
  },
];

test("the reference's gradients are those of central differences", () => {
  const heads = { neighbours: [[0, 1, 2], [2], [], [3, 0]], heads: 2 };
  const values = (stream: number) => Float64Array.from({ length: 24 }, (_, k) => draw(stream, k));
  const [q, k, v, dy] = [values(1), values(2), values(3), values(4)] as const;
  const { dq, dk, dv } = reference.attentionBackward(heads, { q, k, v }, dy);
  const tolerance = { rtol: 1e-6, atol: 1e-8 };
  expectClose(dq, differences((q) => dot(dy, reference.attention(heads, { q, k, v })), q), tolerance);
  expectClose(dk, differences((k) => dot(dy, reference.attention(heads, { q, k, v })), k), tolerance);
  expectClose(dv, differences((v) => dot(dy, reference.attention(heads, { q, k, v })), v), tolerance);
});

test("the reference picks the value whose key fits by far best", () => {
  const heads = { neighbours: [[1, 2], [], []], heads: 1 };
  const operands = {
    q: Float64Array.of(100, 0, 0, 0, 0, 0),
    k: Float64Array.of(0, 0, 0, 1, 1, 0),
    v: Float64Array.of(0, 0, 3, 4, 5, 6),
  };
  expectClose(reference.attention(heads, operands), Float64Array.of(5, 6, 0, 0, 0, 0), { rtol: 1e-12 });
});

describeOnDevices("attention", (underTest) => {
  test.each(cases)("attends forward and backward: $name", async (given) => {
    const { neighbours, heads, features, columns, seeds } = given;
    const { agents, edges, words } = attentionTable(neighbours);
    const shape = { seeds, agents, rows: heads * features, columns };
    const weights = { ...shape, agents: 1, rows: heads * edges };
    const make = (label: string, size: typeof shape, values = (): number => 7) =>
      operand(underTest(), label, size, values);
    const [q, k, v, dy] = ["q", "k", "v", "dy"].map((name, n) => make(name, shape, drawn(n + 1))) as [
      Op,
      Op,
      Op,
      Op,
    ];
    const [y, dq, dk, dv] = ["y", "dq", "dk", "dv"].map((name) => make(name, shape)) as [Op, Op, Op, Op];
    const [attention, d_attention] = [make("attention", weights), make("d_attention", weights)];
    const size = { graph: underTest().upload(words), seeds, agents, columns, heads, features, edges };
    const views = { q: q.view, k: k.view, v: v.view, attention: attention.view };
    await underTest().run(
      ...attentionForward(size, { ...views, y: y.view }),
      ...attentionBackward(size, {
        ...views,
        dy: dy.view,
        d_attention: d_attention.view,
        dq: dq.view,
        dk: dk.view,
        dv: dv.view,
      }),
    );
    const read = (operand: Op) => readColumns(underTest(), operand);
    const inputs = { q: await read(q), k: await read(k), v: await read(v) };
    const gradients = await read(dy);
    const results = { y: await read(y), dq: await read(dq), dk: await read(dk), dv: await read(dv) };
    await Promise.all([read(attention), read(d_attention)]);
    for (let seed = 0; seed < seeds; seed++) {
      for (let column = 0; column < columns; column++) {
        const at = (values: Float64Array[][]) => values[seed]![column]!;
        const operands = { q: at(inputs.q), k: at(inputs.k), v: at(inputs.v) };
        expectClose(at(results.y), reference.attention({ neighbours, heads }, operands));
        const expected = reference.attentionBackward({ neighbours, heads }, operands, at(gradients));
        expectClose(at(results.dq), expected.dq);
        expectClose(at(results.dk), expected.dk);
        expectClose(at(results.dv), expected.dv);
      }
    }
    expect.hasAssertions();
  });

  test("stays finite where products are far apart", async () => {
    const { agents, edges, words } = attentionTable([[0, 1], [0, 1]]);
    const shape = { seeds: 1, agents, rows: 1, columns: 8 };
    const make = (label: string, rows: number, value: (agent: number) => number) =>
      operand(
        underTest(),
        label,
        { ...shape, rows, agents: rows === 1 ? agents : 1 },
        (_, agent) => value(agent),
      );
    const [q, k, v] = [
      make("q", 1, () => 1e4),
      make("k", 1, (a) => 1e4 * a - 3e4),
      make("v", 1, (a) => a + 1),
    ];
    const [attention, y] = [make("attention", edges, () => 7), make("y", 1, () => 7)];
    await underTest().run(
      ...attentionForward(
        { graph: underTest().upload(words), seeds: 1, agents, columns: 8, heads: 1, features: 1, edges },
        { q: q.view, k: k.view, v: v.view, attention: attention.view, y: y.view },
      ),
    );
    for (const column of (await readColumns(underTest(), y))[0]!) expect([...column]).toEqual([2, 2]);
  });
});

type Op = ReturnType<typeof operand>;
