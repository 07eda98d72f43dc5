/** A Supermemory in words. Pure. */
import type { KnowledgeBaseReport, KnowledgeBaseView } from "../client/generated";
import { counted, past } from "../lib/format";

/** What a test found: `Organisation Acme · plan scale`. Some servers tell neither. */
export function reportWords(report: Pick<KnowledgeBaseReport, "organisation" | "plan">): string {
  const facts = [
    ...(report.organisation ? [`organisation ${report.organisation}`] : []),
    ...(report.plan ? [`plan ${report.plan}`] : []),
  ];
  return facts.length === 0
    ? "It answers. It tells neither organisation nor plan."
    : `It answers: ${facts.join(", ")}.`;
}

/** Whether its key is there. */
export function keyWords(row: Pick<KnowledgeBaseView, "hasKey" | "isHosted">): string {
  if (row.hasKey) return "In this computer's keychain";
  return row.isHosted ? "None yet: it is needed" : "None";
}

/** What uses it: `2 connections, 1,284 documents`. */
export function useWords(row: Pick<KnowledgeBaseView, "connections" | "documents">): string {
  if (row.connections === 0 && row.documents === 0) return "No connection sends documents there";
  return `${counted(row.connections, "connection")}, ${counted(row.documents, "document")}`;
}

export function checkedWords(row: Pick<KnowledgeBaseView, "checkedAt">, now: number): string {
  return row.checkedAt === null ? "not yet" : past(row.checkedAt, now);
}
