/** A Supermemory in words. Pure. */
import type { KnowledgeBaseReport, KnowledgeBaseView } from "../client/generated";
import { past } from "../lib/format";
import { t } from "../strings/strings";

/** What a test found. Some servers tell neither organisation nor plan. */
export function reportWords(report: Pick<KnowledgeBaseReport, "organisation" | "plan">): string {
  const { organisation, plan } = report;
  if (organisation && plan) return t("bases.answers.both", { organisation, plan });
  if (organisation) return t("bases.answers.organisation", { organisation });
  return plan ? t("bases.answers.plan", { plan }) : t("bases.answers.neither");
}

/** Whether its key is there. */
export function keyWords(row: Pick<KnowledgeBaseView, "hasKey" | "isHosted">): string {
  if (row.hasKey) return t("bases.key.kept");
  return t(row.isHosted ? "bases.key.needed" : "bases.key.none");
}

/** What uses it: `2 connections, 1,284 documents`. */
export function useWords(row: Pick<KnowledgeBaseView, "connections" | "documents">): string {
  const { connections, documents } = row;
  return connections === 0 && documents === 0
    ? t("bases.unused")
    : t("bases.use", { connections, documents });
}

export function checkedWords(row: Pick<KnowledgeBaseView, "checkedAt">, now: number): string {
  return row.checkedAt === null ? t("bases.unchecked") : past(row.checkedAt, now);
}
