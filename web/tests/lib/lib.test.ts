import { afterEach, describe, expect, test, vi } from "vitest";
import { ApiError, api, basePath, resolve, withQuery } from "@/lib/api";
import { bitrate, clockTime, initials, lengthParts, percentile } from "@/lib/format";
import { sentence } from "@/lib/i18n";

describe("formatters", () => {
  test.each([
    [0, "0:00"],
    [247, "4:07"],
    [2530, "42:10"],
    [3600, "1:00:00"],
    [Number.NaN, "0:00"],
    [-5, "0:00"],
  ])("clockTime %d", (seconds, text) => expect(clockTime(seconds)).toBe(text));
  test("a long film shows its hours from the start", () => {
    expect(clockTime(2530, true)).toBe("0:42:10");
  });
  test("lengths, bit rates, initials", () => {
    expect(lengthParts(7260)).toEqual({ hours: 2, minutes: 1 });
    expect(bitrate(8400)).toBe("8.4 Mbps");
    expect(bitrate(640)).toBe("640 kbps");
    expect(["Ann Okafor", "ben", "李 小龍", " ", "🦊 fox"].map(initials)).toEqual([
      "AO",
      "B",
      "李小",
      "?",
      "🦊F",
    ]);
  });
  test("percentile", () => {
    expect(percentile([5, 1, 3], 0.95)).toBe(5);
    expect(percentile([], 0.5)).toBeNull();
  });
});

describe("speaking with the server", () => {
  afterEach(() => document.head.replaceChildren());
  const reply = (status: number, body: unknown) =>
    Promise.resolve(new Response(status === 204 ? null : JSON.stringify(body), { status }));

  test("addresses are below the path the server wrote into the page", () => {
    expect(basePath()).toBe("");
    document.head.innerHTML = '<meta name="base-path" content="/watch" />';
    expect(resolve("api/rooms")).toBe(`${location.origin}/watch/api/rooms`);
    expect(withQuery("api/x", { a: 1, b: null, c: "" })).toBe("api/x?a=1");
  });

  test("a problem becomes an error with its code, fields and wait", async () => {
    vi.spyOn(globalThis, "fetch").mockImplementation(() =>
      reply(429, { code: "rate_limited", message: "slow down", retry_after_s: 4 }),
    );
    const error = await api.get("api/rooms").catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "rate_limited", status: 429, retry_after_s: 4 });
  });

  test("a lapsed session is renewed once for all, and the request repeated", async () => {
    let renewed = 0;
    const fetched = vi.spyOn(globalThis, "fetch").mockImplementation((url) => {
      if (String(url).endsWith("auth/refresh")) {
        renewed += 1;
        return reply(204, null);
      }
      return renewed > 0 ? reply(200, { ok: 1 }) : reply(401, { code: "session_expired" });
    });
    await Promise.all([api.get("api/a"), api.get("api/b")]);
    expect(renewed).toBe(1);
    expect(fetched).toHaveBeenCalledTimes(5);
  });

  test("not being signed in is not renewed", async () => {
    const fetched = vi
      .spyOn(globalThis, "fetch")
      .mockImplementation(() => reply(401, { code: "not_signed_in" }));
    await expect(api.get("api/a")).rejects.toBeInstanceOf(ApiError);
    expect(fetched).toHaveBeenCalledOnce();
  });

  test("a server that is away is said in human words", async () => {
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("Failed to fetch"));
    const error = await api.get("api/a").catch((e: unknown) => e);
    expect(sentence(error)).toBe("The server cannot be reached. Are you online?");
  });

  test("an unknown code falls back to the server's words", () => {
    expect(sentence({ code: "new_thing", message: "Said by the server." })).toBe(
      "Said by the server.",
    );
    expect(sentence(null)).toBe("Something went wrong. Please try again.");
  });
});
