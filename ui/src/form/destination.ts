/** The last step's choice of a destination: what is offered, and what is missing. Pure. */
import type { FieldError, KnowledgeBaseView } from "../client/generated";
import { counted } from "../lib/format";
import { HOSTED, sameAddress, type DestinationKind } from "../lib/destination";

export interface DestinationOption {
  value: DestinationKind;
  label: string;
  hint: string;
}

const OPTIONS: DestinationOption[] = [
  {
    value: "library",
    label: "This computer's library",
    hint: "Searchable in this app, without any account.",
  },
  {
    value: "supermemory",
    label: "Supermemory",
    hint: "Your account at supermemory.ai, with any plan. This computer does the syncing.",
  },
  {
    value: "own",
    label: "A Supermemory of your own",
    hint: "On this computer or a server of yours. This computer does the syncing.",
  },
  {
    value: "cloud",
    label: "Let Supermemory's cloud run it",
    hint: "Syncs without this computer. Needs the Scale plan or higher.",
  },
];

/** Handing over is how a saved connection gets into the cloud: it stays until a person deletes it. */
export function destinationOptions(isNew: boolean): DestinationOption[] {
  return isNew ? OPTIONS : OPTIONS.filter((option) => option.value !== "cloud");
}

/** Why a connection that holds documents keeps its destination. */
export function fixedWords(documents: number): string {
  const are = documents === 1 ? "is" : "are";
  return `${counted(documents, "document")} of this connection ${are} held there. For another destination, add a new connection, then delete this one.`;
}

/** What the hosted connector does not do, so that nobody learns it afterwards. */
export const CLOUD_LIMITS = [
  "It checks every 4 hours. What it does with documents whose file is gone is not documented.",
  "It takes an access key without a session token; no AWS profile, no public bucket without a key.",
  "It takes no include or exclude rules and no largest size; one container tag, a rule whose group is called userId, and at most 10,000 documents.",
  "It must reach the storage from the internet.",
];

/** What is still to be typed for a Supermemory; null: nothing. The service takes nobody without a key. */
export function missingOfBase(
  address: string,
  apiKey: string,
  known: KnowledgeBaseView | undefined,
): FieldError | null {
  if (address.trim() === "") {
    return {
      field: "destination",
      message: "Enter its address, such as http://localhost:6767.",
      span: null,
    };
  }
  if (sameAddress(address, HOSTED) && apiKey.trim() === "" && !known?.hasKey) {
    return {
      field: "apiKey",
      message: "Enter the API key; the Supermemory console shows it.",
      span: null,
    };
  }
  return null;
}
