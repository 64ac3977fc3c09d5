import { asMember, createTestDatabase, enqueue, refusalOf, worker } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const by = await worker(db);

async function commandRun() {
  return by.takeOne(await enqueue(db, { kind: "command", payload: { argv: ["true"] } }));
}

async function store(token: number, offset: number, text: string | Buffer, stream = "stdout") {
  const { rows } = await db
    .pool("holdfast_worker")
    .query("select holdfast_private.store_output($1, $2, $3, $4) as next", [token, stream, offset, Buffer.from(text)]);
  return rows[0].next as number;
}

async function stored(token: number, stream = "stdout") {
  const { rows } = await db
    .pool()
    .query("select data from holdfast.read_output($1, $2, 0, 100000000)", [token, stream]);
  return Buffer.concat(rows.map((row) => Buffer.from(row.data, "base64"))).toString("latin1");
}

test("bytes sent twice are stored once", async () => {
  const token = await commandRun();
  await expect(store(token, 0, "hello ")).resolves.toBe(6);
  await expect(store(token, 0, "hello ")).resolves.toBe(6);
  await expect(store(token, 3, "lo world")).resolves.toBe(11);
  await expect(store(token, 2, "llo")).resolves.toBe(11);
  await expect(stored(token)).resolves.toBe("hello world");
});

test("a gap is refused, and the hint says from where to send", async () => {
  const token = await commandRun();
  await store(token, 0, "abc");
  await expect(refusalOf(store(token, 4, "x"))).resolves.toMatchObject({
    code: "PT409",
    rule: "holdfast.output_gap",
    hint: "Send again from byte 3.",
  });
  await expect(stored(token)).resolves.toBe("abc");
});

test("a late write is refused and stores nothing", async () => {
  const token = await commandRun();
  await store(token, 0, "abc");
  await by.finish({ token, outcome: "completed" });
  await expect(refusalOf(store(token, 3, "late"))).resolves.toMatchObject({
    code: "PT409",
    rule: "holdfast.lease_lost",
  });
  await expect(stored(token)).resolves.toBe("abc");
});

test("streams count for themselves, and the run knows how much of each there is", async () => {
  const token = await commandRun();
  await store(token, 0, "out");
  await store(token, 0, "errors", "stderr");
  const { rows } = await db
    .pool()
    .query("select stdout_bytes, stderr_bytes, raw_bytes from holdfast.runs where id = $1", [token]);
  expect(rows[0]).toEqual({ stdout_bytes: 3, stderr_bytes: 6, raw_bytes: 0 });
});

test("any byte is stored as it came: NUL, broken UTF-8, terminal escapes", async () => {
  const token = await commandRun();
  const bytes = Buffer.from([0, 0xff, 0xc3, 0x28, 0x1b, 0x5b, 0x32, 0x4a, 0x0a]);
  await store(token, 0, bytes, "raw");
  await expect(stored(token, "raw")).resolves.toBe(bytes.toString("latin1"));
});

test("empty data at offset 0 asks for the next offset", async () => {
  const token = await commandRun();
  await store(token, 0, "abcd");
  await expect(store(token, 0, "")).resolves.toBe(4);
});

test.each([
  ["an unknown stream", "stdin", 0, "unknown_stream"],
  ["a negative offset", "stdout", -1, "bad_offset"],
])("%s is refused", async (_title, stream, offset, rule) => {
  const token = await commandRun();
  await expect(refusalOf(store(token, offset, "x", stream))).resolves.toMatchObject({
    code: "PT422",
    rule: `holdfast.${rule}`,
  });
});

test("output is read from any offset on, in pieces of about the size asked for", async () => {
  const token = await commandRun();
  for (let i = 0; i < 10; i++) await store(token, i * 10, `chunk ${i}..\n`);
  const { rows } = await db
    .pool()
    .query("select byte_offset, bytes from holdfast.read_output($1, 'stdout', 25, 20)", [token]);
  expect(rows).toEqual([
    { byte_offset: 25, bytes: 5 },
    { byte_offset: 30, bytes: 10 },
  ]);
});

test("a viewer reads the output of the own workspace", async () => {
  const token = await commandRun();
  await store(token, 0, "secret-free");
  const rows = await asMember("viewer")(
    db,
    async (client) => (await client.query("select data from holdfast.read_output($1)", [token])).rows,
  );
  expect(rows).toHaveLength(1);
});
