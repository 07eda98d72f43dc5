/** Words for the rungs of a connection test, and for the way on where one fails. Pure. */
import type { Fix, Rung } from "../client/generated";
import { t } from "../strings/strings";

/** Bottom first. */
export const RUNGS: readonly Rung[] = [
  "credentials",
  "name",
  "connect",
  "tls",
  "clock",
  "signature",
  "list",
  "read",
];

export function rungName(rung: Rung): string {
  return t(`form.ladder.rung.${rung}`);
}

/** Fields that a failed rung may lead to. */
const FIELDS = [
  "accessKeyId",
  "secretAccessKey",
  "sessionToken",
  "profile",
  "credentials",
  "bucket",
  "region",
  "endpoint",
] as const;
type Field = (typeof FIELDS)[number];

function isField(field: string): field is Field {
  return (FIELDS as readonly string[]).includes(field);
}

/** Whether the ladder itself has what it takes: something to copy, and nothing to change in the form. */
export function doesByItself(fix: Fix): boolean {
  return fix.kind === "grant_policy";
}

/** What the button says that goes this way. */
export function fixWords(fix: Fix): string {
  switch (fix.kind) {
    case "set_region":
      return t("form.fix.setRegion", { region: fix.region });
    case "set_addressing":
      return t(`form.fix.setAddressing.${fix.addressing}`);
    case "set_endpoint":
      return t("form.fix.setEndpoint", { endpoint: fix.endpoint });
    case "set_requester_pays":
      return t("form.fix.setRequesterPays");
    case "trust_certificate":
      return t("form.fix.trustCertificate");
    case "edit_field":
      return isField(fix.field) ? t(`form.fix.field.${fix.field}`) : t("form.fix.editField");
    case "grant_policy":
      return t("form.fix.grantPolicy");
    case "open_settings":
      return t("form.fix.openSettings");
    case "run_command":
    case "try_again":
      return t("form.fix.tryAgain");
  }
}
