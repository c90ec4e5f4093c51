import { describe, expect, it } from "vitest";
import { parts } from "../../src/api/multipart.ts";
import { problemOf } from "../../src/api/problem.ts";
import { makeItem } from "../made.ts";

describe("problemOf", () => {
  it("reads the hub's code, sentence and request id", () => {
    const body = JSON.stringify({
      title: "Too late.",
      detail: "Taken after the encounter had ended.",
      status: 409,
      code: "encounter-closed",
      requestId: "r-1",
    });

    const problem = problemOf(409, "application/problem+json", body);

    expect(problem).toMatchObject({
      status: 409,
      code: "encounter-closed",
      message: "Taken after the encounter had ended.",
      requestId: "r-1",
    });
    expect(problem.isPassing).toBe(false);
  });

  it("takes a proxy's page for a passing trouble without a sentence", () => {
    const problem = problemOf(502, "text/html", "<h1>Bad gateway</h1>");

    expect([problem.message, problem.isPassing]).toEqual(["", true]);
  });
});

describe("the parts of a capture's POST", () => {
  it("are the JSON and the untouched bytes, under a name that tells nothing", async () => {
    const item = await makeItem("a", "abc");

    const form = parts(item);

    const [capture, file] = [form.get("capture"), form.get("file")];
    if (!(capture instanceof File && file instanceof File)) throw new Error("parts are missing");
    expect(capture.type).toBe("application/json");
    expect(JSON.parse(await capture.text())).toEqual(item.json);
    expect([await file.text(), file.name, file.type]).toEqual(["abc", "photo.jpg", "image/jpeg"]);
  });
});
