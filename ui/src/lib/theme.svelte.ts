/** Light or dark: the system's choice unless a person chose otherwise on this computer. */

export type Appearance = "system" | "light" | "dark";

const PLACE = "appearance";
const systemDark = window.matchMedia("(prefers-color-scheme: dark)");

class Theme {
  #chosen = $state<Appearance>(saved());

  constructor() {
    systemDark.addEventListener("change", () => this.#draw());
    this.#draw();
  }

  get appearance(): Appearance {
    return this.#chosen;
  }

  set appearance(value: Appearance) {
    this.#chosen = value;
    try {
      localStorage.setItem(PLACE, value);
    } catch {
      // Without storage the choice lasts as long as the window.
    }
    this.#draw();
  }

  #draw(): void {
    const dark = this.#chosen === "dark" || (this.#chosen === "system" && systemDark.matches);
    document.documentElement.dataset["theme"] = dark ? "dark" : "light";
  }
}

function saved(): Appearance {
  try {
    const value = localStorage.getItem(PLACE);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}

export const theme = new Theme();
