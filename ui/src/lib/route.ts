/** Where the window is: every screen has an address, so that back, links and reloads work. Pure. */

export type Route =
  | { screen: "connections" }
  | { screen: "add" }
  | { screen: "edit"; id: string }
  | { screen: "preview"; id: string; tab?: "removed" }
  | { screen: "activity" }
  | { screen: "run"; id: string }
  | { screen: "library" }
  | { screen: "settings" }
  | { screen: "hosted"; address: string }
  | { screen: "hosted_connection"; address: string; id: string };

export function addressOf(route: Route): string {
  switch (route.screen) {
    case "add":
      return "#/connections/add";
    case "edit":
      return `#/connections/${encodeURIComponent(route.id)}/edit`;
    case "preview":
      return `#/connections/${encodeURIComponent(route.id)}/preview${route.tab ? `/${route.tab}` : ""}`;
    case "run":
      return `#/activity/${encodeURIComponent(route.id)}`;
    case "hosted":
      return `#/hosted/${encodeURIComponent(route.address)}`;
    case "hosted_connection":
      return `#/hosted/${encodeURIComponent(route.address)}/${encodeURIComponent(route.id)}`;
    case "connections":
    case "activity":
    case "library":
    case "settings":
      return `#/${route.screen}`;
  }
}

export function routeOf(address: string): Route {
  const [place, second, third, fourth] = address.replace(/^#?\//, "").split("/").map(decoded);
  switch (place) {
    case "connections":
      if (second === "add") return { screen: "add" };
      if (second && third === "edit") return { screen: "edit", id: second };
      if (second && third === "preview")
        return { screen: "preview", id: second, ...(fourth === "removed" && { tab: fourth }) };
      return { screen: "connections" };
    case "activity":
      return second ? { screen: "run", id: second } : { screen: "activity" };
    case "library":
    case "settings":
      return { screen: place };
    case "hosted":
      if (!second) return { screen: "connections" };
      return third
        ? { screen: "hosted_connection", address: second, id: third }
        : { screen: "hosted", address: second };
    default:
      return { screen: "connections" };
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
