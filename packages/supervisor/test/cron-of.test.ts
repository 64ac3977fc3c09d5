import { validate } from "node-cron";
import { describe, expect, it } from "vitest";
import { cronOf } from "../src/index.ts";

describe("cronOf", () => {
  it.each([
    [1, "*/1 * * * * *"],
    [5, "*/5 * * * * *"],
    [30, "*/30 * * * * *"],
    [60, "0 */1 * * * *"],
    [600, "0 */10 * * * *"],
    [3600, "0 0 */1 * * *"],
    [86400, "0 0 0 * * *"],
  ])("says every %i s as %s", (seconds, rule) => {
    expect(cronOf(seconds)).toBe(rule);
    expect(validate(rule)).toBe(true);
  });

  it("comes early rather than late when cron cannot say the interval", () => {
    expect(cronOf(7)).toBe("*/6 * * * * *");
    expect(cronOf(90)).toBe("0 */1 * * * *");
    expect(cronOf(0.5)).toBe("* * * * * *");
  });
});
