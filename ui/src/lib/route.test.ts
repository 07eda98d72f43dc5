import { expect, it } from "vitest";

import { addressOf, routeOf, type Route } from "./route";

it("every place has an address that leads back to it", () => {
  const places: Route[] = [
    { screen: "connections" },
    { screen: "add" },
    { screen: "edit", id: "a/b c" },
    { screen: "preview", id: "ü%" },
    { screen: "preview", id: "c1", tab: "removed" },
    { screen: "activity" },
    { screen: "run", id: "r1" },
    { screen: "library" },
    { screen: "settings" },
    { screen: "hosted", address: "http://localhost:6767" },
    { screen: "hosted_connection", address: "https://api.supermemory.ai", id: "a/b" },
  ];
  for (const place of places) expect(routeOf(addressOf(place))).toEqual(place);
});

it("an unknown address shows the connections", () => {
  for (const address of ["", "#", "#/", "#/nowhere", "#/connections/x", "#/hosted"]) {
    expect(routeOf(address)).toEqual({ screen: "connections" });
  }
});

it("a badly encoded address is taken as it stands", () => {
  expect(routeOf("#/activity/%E0%A4%A")).toEqual({ screen: "run", id: "%E0%A4%A" });
});
