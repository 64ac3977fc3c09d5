import { describe, expect, it } from "vitest";
import { fromDatabaseError, HoldfastError, isConnectionLost, isRefusal, isUnstorable, retrying } from "../src/index.ts";

const connectionError = () => Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });

describe("fromDatabaseError", () => {
  it("turns a refusal by a rule into a HoldfastError with rule, status and hint", () => {
    const raised = Object.assign(new Error("Run 7 does not hold its lease."), {
      code: "PT409",
      detail: "holdfast.lease_lost",
      hint: "Stop working on it.",
    });
    const error = fromDatabaseError(raised);
    expect(error).toBeInstanceOf(HoldfastError);
    expect(error).toMatchObject({ rule: "lease_lost", status: 409, hint: "Stop working on it.", cause: raised });
    expect(isRefusal(error, "lease_lost")).toBe(true);
    expect(isRefusal(error, "output_gap")).toBe(false);
  });

  it("leaves every other error as it is", () => {
    for (const error of [
      Object.assign(new Error("x"), { code: "23505", detail: "holdfast.fake" }),
      Object.assign(new Error("x"), { code: "PT409", detail: "somebody else's" }),
      connectionError(),
      "text",
      undefined,
    ]) {
      expect(fromDatabaseError(error)).toBe(error);
    }
  });
});

describe("isConnectionLost", () => {
  it("knows a server that is away, restarting or silent", () => {
    for (const code of [
      "ECONNREFUSED",
      "EPIPE",
      "57P01",
      "57P03",
      "08006",
      "40P01",
      "53100",
      "53200",
      "55P03",
      "57014",
    ]) {
      expect(isConnectionLost(Object.assign(new Error("x"), { code })), code).toBe(true);
    }
    expect(isConnectionLost(new Error("Connection terminated unexpectedly"))).toBe(true);
    expect(isConnectionLost(new Error("Query read timeout"))).toBe(true);
    expect(isConnectionLost(new AggregateError([connectionError(), connectionError()]))).toBe(true);
  });

  it("does not take a refusal, bad SQL or a wrong password for it", () => {
    for (const code of ["28P01", "42P01", "42501", "PT409", "22P05", "XX000"]) {
      expect(isConnectionLost(Object.assign(new Error("x"), { code })), code).toBe(false);
    }
    expect(isConnectionLost(new Error("anything"))).toBe(false);
  });
});

describe("isUnstorable", () => {
  it("knows a value that no repeat makes fit, also as the cause of another error", () => {
    for (const code of ["22P05", "22P02", "22003", "23514"]) {
      const error = Object.assign(new Error("x"), { code });
      expect(isUnstorable(error), code).toBe(true);
      expect(isUnstorable(new Error("wrapped", { cause: error })), code).toBe(true);
    }
  });

  it("does not take what passes for it", () => {
    for (const code of ["57014", "53100", "53200", "55P03", "25006", "XX000", "23505", "ECONNRESET"]) {
      expect(isUnstorable(Object.assign(new Error("x"), { code })), code).toBe(false);
    }
    expect(isUnstorable(new Error("22P05"))).toBe(false);
    expect(isUnstorable(undefined)).toBe(false);
  });
});

describe("retrying", () => {
  it("calls again until the database is back", async () => {
    let calls = 0;
    const value = await retrying(
      async () => {
        if (++calls < 4) throw connectionError();
        return calls;
      },
      { minDelay: 1 },
    );
    expect(value).toBe(4);
  });

  it("gives any other error up at once", async () => {
    let calls = 0;
    const failing = retrying(async () => {
      calls++;
      throw new Error("bad SQL");
    });
    await expect(failing).rejects.toThrow("bad SQL");
    expect(calls).toBe(1);
  });

  it("ends when its signal is aborted while it waits", async () => {
    const controller = new AbortController();
    const waiting = retrying(() => Promise.reject(connectionError()), {
      signal: controller.signal,
      minDelay: 60_000,
      maxDelay: 60_000,
    });
    setImmediate(() => controller.abort(new Error("stopped")));
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
  });
});
