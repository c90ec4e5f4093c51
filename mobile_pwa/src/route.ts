/** Screens and their addresses. Only opaque keys stand in them. */

import { useEffect, useState } from "preact/hooks";

export type Route =
  | { readonly screen: "worklist" }
  | { readonly screen: "encounter" | "camera" | "review"; readonly key: string }
  | { readonly screen: "sent"; readonly captureId: string };

export function parse(hash: string): Route {
  const [head = "", id = "", tail = ""] = hash
    .replace(/^#?\/?/, "")
    .split("/")
    .map(decoded);
  if (head === "sent" && id) return { screen: "sent", captureId: id };
  if (head !== "encounter" || !id) return { screen: "worklist" };
  if (tail === "camera" || tail === "review") return { screen: tail, key: id };
  return { screen: "encounter", key: id };
}

export function address(route: Route): string {
  if (route.screen === "worklist") return "#/";
  if (route.screen === "sent") return `#/sent/${encodeURIComponent(route.captureId)}`;
  const path = `#/encounter/${encodeURIComponent(route.key)}`;
  return route.screen === "encounter" ? path : `${path}/${route.screen}`;
}

export function go(route: Route): void {
  location.hash = address(route);
}

/** Go without a step back to where one was: a sent photo cannot be reviewed again. */
export function replace(route: Route): void {
  location.replace(address(route));
}

export function useRoute(): Route {
  const [route, set] = useState(() => parse(location.hash));
  useEffect(() => {
    const follow = () => set(parse(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
