/** The last step's choice of a destination: what is offered, and what is missing. Pure. */
import type { FieldError, KnowledgeBaseView } from "../client/generated";
import { HOSTED, sameAddress, type DestinationKind } from "../lib/destination";
import { t } from "../strings/strings";

export interface DestinationOption {
  value: DestinationKind;
  label: string;
  hint: string;
}

const KINDS: readonly DestinationKind[] = ["library", "supermemory", "own", "cloud"];

/** Handing over is how a saved connection gets into the cloud: it stays until a person deletes it. */
export function destinationOptions(isNew: boolean): DestinationOption[] {
  return KINDS.filter((value) => isNew || value !== "cloud").map((value) => ({
    value,
    label: t(`form.destination.option.${value}`),
    hint: t(`form.destination.optionHint.${value}`),
  }));
}

/** Why a connection that holds documents keeps its destination. */
export function fixedWords(documents: number): string {
  return t("form.destination.fixed", { count: documents });
}

/** What the hosted connector does not do, so that nobody learns it afterwards. */
export const CLOUD_LIMITS = ["gone", "key", "rules", "reach"] as const;

/** What is still to be typed for a Supermemory; null: nothing. The service takes nobody without a key. */
export function missingOfBase(
  address: string,
  apiKey: string,
  known: KnowledgeBaseView | undefined,
): FieldError | null {
  if (address.trim() === "") {
    return {
      field: "destination",
      message: t("form.destination.addressMissing"),
      span: null,
    };
  }
  if (sameAddress(address, HOSTED) && apiKey.trim() === "" && !known?.hasKey) {
    return {
      field: "apiKey",
      message: t("form.destination.keyMissing"),
      span: null,
    };
  }
  return null;
}
