import { expect, test } from "vitest";
import type { KqlUdf } from "../kql/api.js";
import { connectDuckDb, openDuckDb, type DuckDBConnection } from "./duckdb.js";
import { installPrelude, registerUdfs } from "./udf-host.js";

async function withConnection(use: (connection: DuckDBConnection) => Promise<void>): Promise<void> {
  const instance = await openDuckDb({ threads: 2 });
  const connection = await connectDuckDb(instance);
  try {
    await use(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const rows = async (connection: DuckDBConnection, sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();

/** One function per type that returns what it was given, or says that it was given nothing. */
const echo = (name: string, type: KqlUdf["returns"], nothing: ReturnType<KqlUdf["call"]>): KqlUdf => ({
  name,
  parameters: [type],
  returns: type,
  call: value => value ?? nothing,
});

test("values of every type go in and out, and null reaches the function", async () => {
  await withConnection(async connection => {
    await registerUdfs(connection, [
      echo("e_text", "VARCHAR", "nothing"),
      echo("e_long", "BIGINT", -1n),
      echo("e_real", "DOUBLE", -0.5),
      echo("e_bool", "BOOLEAN", false),
      echo("e_time", "TIMESTAMP", 0n),
      echo("e_json", "JSON", "[]"),
    ]);
    expect(
      await rows(
        connection,
        `select e_text('é😀'), e_long(9223372036854775807), e_real(1.5), e_bool(true), e_time(timestamp '2024-01-02 03:04:05.678901'), e_json('{"a":1}'::json), typeof(e_json('1'::json))`,
      ),
    ).toEqual([["é😀", "9223372036854775807", 1.5, true, "2024-01-02 03:04:05.678901", '{"a":1}', "JSON"]]);
    expect(
      await rows(
        connection,
        "select e_text(null), e_long(null), e_real(null), e_bool(null), e_time(null)::varchar, e_json(null)",
      ),
    ).toEqual([["nothing", "-1", -0.5, false, "1970-01-01 00:00:00", "[]"]]);
  });
});

test("a function sees every row of every chunk once", async () => {
  await withConnection(async connection => {
    await registerUdfs(connection, [
      { name: "twice", parameters: ["BIGINT"], returns: "BIGINT", call: v => (typeof v === "bigint" ? v * 2n : null) },
    ]);
    expect(await rows(connection, "select sum(twice(i)), count(*) from range(10000) r(i) where i % 3 <> 0")).toEqual([
      [
        // Twice (0 + … + 9999 without 3·(0 + … + 3333)).
        "66653334",
        "6666",
      ],
    ]);
  });
});

test("what a function throws ends the query with its name", async () => {
  await withConnection(async connection => {
    await registerUdfs(connection, [
      {
        name: "broken",
        parameters: [],
        returns: "BIGINT",
        call: () => {
          throw new Error("boom");
        },
      },
    ]);
    await expect(rows(connection, "select broken()")).rejects.toThrow("broken: boom");
  });
});

test("the prelude can be installed twice, and its macros call the functions", async () => {
  await withConnection(async connection => {
    await registerUdfs(connection);
    await installPrelude(connection);
    await installPrelude(connection);
    expect(await rows(connection, "select k_datetime('Sat, 8 Nov 14 15:05:02 GMT'), k_ts(-36000000000)")).toEqual([
      ["2014-11-08 15:05:02", "-01:00:00"],
    ]);
  });
});
