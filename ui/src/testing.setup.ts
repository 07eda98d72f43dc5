/** Every test writes numbers and dates alike, whatever computer it runs on. */
import { vi } from "vitest";

vi.mock("./strings/locale", () => ({ LOCALE: "en-GB" }));
