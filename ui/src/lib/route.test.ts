import { expect, it } from "vitest";

import { addressOf, routeOf, type Route } from "./route";

it("every place has an address that leads back to it", () => {
  const places: Route[] = [
    { screen: "connections" },
    { screen: "add" },
    { screen: "edit", id: "a/b c" },
    { screen: "preview", id: "ü%" },
    { screen: "activity" },
    { screen: "run", id: "r1" },
    { screen: "library" },
    { screen: "settings" },
  ];
  for (const place of places) expect(routeOf(addressOf(place))).toEqual(place);
});

it("an unknown address shows the connections", () => {
  for (const address of ["", "#", "#/", "#/nowhere", "#/connections/x", "#/connections/%E0%A4%A/edit/x"]) {
    expect(["connections", "edit"]).toContain(routeOf(address).screen);
  }
});
