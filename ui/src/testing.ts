/** Rows for tests; nothing of the product imports this. */
import type { Arguments, CommandName, OpenRequest, Reply, Transport } from "./client/client";
import type {
  ConnectionView,
  EngineEvent,
  HostedConnection,
  KnowledgeBaseView,
  PlanSummary,
  PlanTotals,
  RunProgress,
  RunView,
} from "./client/generated";

export function connection(over: Partial<ConnectionView> = {}): ConnectionView {
  return {
    id: "c1",
    name: "Docs",
    bucket: "docs",
    region: "us-east-1",
    endpoint: "",
    prefix: "",
    containerTagRegex: "",
    containerTags: ["docs"],
    documentLimit: 10_000,
    onNoMatch: "tag",
    onIllegalTag: "skip",
    onGone: "keep",
    filters: [],
    maxSize: null,
    caFile: "",
    requesterPays: false,
    addressing: "auto",
    pause: null,
    everyMinutes: 240,
    destination: "library",
    credentials: { kind: "access_key", accessKeyId: "AKIA", sessionToken: false },
    createdAt: 0,
    state: "up_to_date",
    documents: 3,
    waiting: 0,
    lastCompleteAt: null,
    nextDueAt: null,
    signIn: null,
    lastRun: null,
    progress: null,
    recentRuns: [],
    ...over,
  };
}

export function run(over: Partial<RunView> = {}): RunView {
  return {
    id: "r1",
    connectionId: "c1",
    connectionName: "Docs",
    trigger: "manual",
    state: "completed",
    startedAt: 0,
    finishedAt: 1_000,
    listed: 0,
    sent: 0,
    removed: 0,
    skipped: 0,
    failed: 0,
    bytes: 0,
    heldBack: 0,
    trial: null,
    drift: null,
    error: null,
    ...over,
  };
}

export function progress(over: Partial<RunProgress> = {}): RunProgress {
  return {
    runId: "r1",
    phase: "sending",
    listed: 500,
    planned: 210,
    done: 134,
    removing: 0,
    removed: 0,
    bytesPlanned: 28_400_000,
    bytes: 18_200_000,
    startedAt: 0,
    sendingSince: 0,
    drift: null,
    ...over,
  };
}

export function summary(
  over: Partial<Omit<PlanSummary, "totals">> & { totals?: Partial<PlanTotals> } = {},
): PlanSummary {
  const none = { new: 0, changed: 0, retagged: 0, unchanged: 0, skipped: 0, removed: 0, kept: 0 };
  return {
    skipped: [],
    tags: [],
    tagCount: 0,
    bytes: 0,
    tokens: { text: 0, untold: 0 },
    listed: 0,
    held: 0,
    heldBack: 0,
    removals: 0,
    trial: 0,
    fingerprint: "",
    limit: 10_000,
    listedAt: 0,
    complete: true,
    ...over,
    totals: { ...none, ...over.totals },
  };
}

export function base(over: Partial<KnowledgeBaseView> = {}): KnowledgeBaseView {
  return {
    address: "https://api.supermemory.ai",
    isHosted: true,
    hasKey: true,
    organisation: "Acme",
    plan: "scale",
    connectors: null,
    checkedAt: null,
    connections: 0,
    documents: 0,
    ...over,
  };
}

export function hosted(over: Partial<HostedConnection> = {}): HostedConnection {
  return {
    id: "h1",
    createdAt: 0,
    bucket: "docs",
    prefix: "",
    region: "us-east-1",
    endpoint: "",
    containerTagRegex: "",
    containerTags: ["docs"],
    documentLimit: 10_000,
    accessKeyId: "AKIA",
    lastRun: null,
    ...over,
  };
}

type Answers = { [K in CommandName]?: (args: Arguments<K>) => Reply<K> | Promise<Reply<K>> };

/** An engine of a few answers that knows what it was asked, and speaks when told to. */
export class ScriptedTransport implements Transport {
  readonly asked: { command: string; args: unknown }[] = [];
  readonly #answers: Answers;
  #listener: ((event: EngineEvent) => void) | null = null;
  #opener: ((request: OpenRequest) => void) | null = null;

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  async call(command: string, args: unknown): Promise<unknown> {
    this.asked.push({ command, args });
    const answer = this.#answers[command as CommandName] as ((args: unknown) => unknown) | undefined;
    if (!answer) throw new Error(`nobody expected ${command}`);
    return answer(args);
  }

  async desktop(request: { kind: string }): Promise<unknown> {
    this.asked.push({ command: "desktop", args: request });
    return null;
  }

  async onEvent(listener: (event: EngineEvent) => void): Promise<() => void> {
    this.#listener = listener;
    return () => (this.#listener = null);
  }

  async onOpen(listener: (request: OpenRequest) => void): Promise<() => void> {
    this.#opener = listener;
    return () => (this.#opener = null);
  }

  /** Somebody outside the window wants to see a place in it. */
  open(request: OpenRequest): void {
    this.#opener?.(request);
  }

  emit(event: EngineEvent): void {
    this.#listener?.(event);
  }
}
