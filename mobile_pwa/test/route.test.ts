import { describe, expect, it } from "vitest";
import { address, parse, type Route } from "../src/route.ts";

describe("addresses", () => {
  it.each<Route>([
    { screen: "worklist" },
    { screen: "encounter", key: "a/b c" },
    { screen: "camera", key: "k1" },
    { screen: "review", key: "k1" },
    { screen: "sent", captureId: "1134d764" },
  ])("lead back to the same screen: %o", (route) => {
    expect(parse(address(route))).toEqual(route);
  });

  it.each(["", "#", "#/nothing", "#/encounter/", "#/encounter/%E0%A4%A"])(
    "that mean nothing lead to the worklist: %s",
    (hash) => {
      expect(parse(hash)).toEqual({ screen: "worklist" });
    },
  );
});
