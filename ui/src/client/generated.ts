// Generated from the command table of the engine by `cargo xtask generate`. Do not edit.

/**
 * How the bucket's name travels in the URL
 * (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>).
 */
export type Addressing = "auto" | "path" | "virtual";

/**
 * What a person set for the app as a whole.
 */
export type AppSettings = { 
/**
 * Which notifications are shown.
 */
notifications: Notifications, 
/**
 * The app starts without its window when it is started at login.
 */
startHidden: boolean, 
/**
 * Documents of a connection that are on their way at once, from 1 to 64. A knowledge base may take
 * fewer.
 */
transfers: number, 
/**
 * Bytes a second that all connections together read from their buckets; `None`: as fast as it goes.
 */
bandwidth: number | null, 
/**
 * The way to storages and knowledge bases.
 */
proxy: ProxyChoice, };

/**
 * The app itself.
 */
export type AppStatus = { 
/**
 * Version.
 */
version: string, 
/**
 * Where state and library are.
 */
dataDir: string, 
/**
 * SQLite's version.
 */
sqliteVersion: string, 
/**
 * Documents in the library.
 */
libraryDocuments: number, 
/**
 * Bytes that the data folder takes.
 */
dataBytes: number, 
/**
 * A damaged state file was set aside under this path when the app started.
 */
stateSetAside: string | null, };

/**
 * What an audit found: the state file's rows beside what the knowledge base holds.
 */
export type AuditReport = { 
/**
 * Documents that the knowledge base holds for the connection.
 */
held: number, 
/**
 * Of these, documents that the state file did not know and knows now.
 */
adopted: number, 
/**
 * Rows whose document is not there any more; they are sent again.
 */
missing: number, 
/**
 * Documents whose id is not what connection, key, etag and tag give. They are left alone.
 */
foreign: number, };

/**
 * One profile of `~/.aws`.
 */
export type AwsProfile = { 
/**
 * Its name, as `--profile` takes it.
 */
name: string, 
/**
 * Its region, where it names one.
 */
region: string | null, 
/**
 * Where its credentials come from.
 */
kind: ProfileKind, 
/**
 * The command that a person signs in with, where somebody has to.
 */
signIn: string | null, };

/**
 * The profiles that were found.
 */
export type AwsProfiles = { 
/**
 * By name, `default` first.
 */
profiles: Array<AwsProfile>, 
/**
 * The files that were looked at.
 */
places: Array<string>, 
/**
 * Why they could not be read, in the words of the SDK, which names file and line.
 */
trouble: string | null, };

/**
 * What the runs have changed for one key, taken together.
 */
export type Change = "added" | "changed" | "removed" | "failed";

/**
 * Keys by what changed.
 */
export type ChangeCounts = { 
/**
 * Added.
 */
added: number, 
/**
 * Changed.
 */
changed: number, 
/**
 * Removed.
 */
removed: number, 
/**
 * Failed.
 */
failed: number, };

/**
 * One tag for keys of more than one source.
 */
export type Collision = { 
/**
 * The tag.
 */
tag: string, 
/**
 * What was captured, the first few.
 */
values: Array<string>, 
/**
 * There are more of them.
 */
more: boolean, 
/**
 * It is also the tag of keys that the rule does not match.
 */
fallback: boolean, 
/**
 * Keys with this tag.
 */
count: number, };

/**
 * Which part of a comparison to show.
 */
export type CompareFilter = { 
/**
 * Only this change.
 */
change?: Change, 
/**
 * Only keys or tags that contain this text.
 */
text: string, 
/**
 * From this row on.
 */
offset: number, 
/**
 * At most this many rows; 0 means 100.
 */
limit: number, };

/**
 * One key of a comparison.
 */
export type CompareItem = { 
/**
 * Key.
 */
key: string, 
/**
 * What changed.
 */
change: Change, 
/**
 * The tag of its newest line.
 */
tag: string, 
/**
 * When its newest line was written.
 */
at: number, 
/**
 * What was said when it last failed or was refused; `None` where that is not its newest line.
 */
failure: string | null, 
/**
 * It failed or was refused before already.
 */
failedBefore: boolean, };

/**
 * A page of a comparison.
 */
export type ComparePage = { 
/**
 * The rows, in key order.
 */
items: Array<CompareItem>, 
/**
 * How many rows the filter leaves.
 */
total: number, };

/**
 * What the runs after one run, up to and including another, have changed.
 */
export type Comparison = { 
/**
 * Names it for `compare_page`.
 */
comparisonId: string, 
/**
 * The run that is compared with; what it did itself is not told.
 */
from: string, 
/**
 * The last run that counts.
 */
to: string, 
/**
 * How many runs count.
 */
runs: number, 
/**
 * Of these, runs whose lines are not kept any more: what they did is missing here.
 */
runsWithoutLines: number, 
/**
 * Keys by what changed.
 */
counts: ChangeCounts, };

/**
 * A connection as typed. Text is not trimmed in `prefix` and patterns: spaces are legal there.
 */
export type ConnectionDraft = { 
/**
 * A name of the person's choice; empty means the bucket's name.
 */
name: string, 
/**
 * Bucket.
 */
bucket: string, 
/**
 * Region; `auto` where the provider has none.
 */
region: string, 
/**
 * Base URL of an S3-compatible service, without the bucket; empty for Amazon S3.
 */
endpoint: string, 
/**
 * Only keys that begin with this, literally.
 */
prefix: string, 
/**
 * The tag rule; empty for none.
 */
containerTagRegex: string, 
/**
 * Container tags; the first is the default.
 */
containerTags: Array<string>, 
/**
 * At most this many keys have documents; absent means 10,000.
 */
documentLimit: number | null, 
/**
 * For keys that the rule does not match.
 */
onNoMatch: OnNoMatch, 
/**
 * For captured values that are no tag.
 */
onIllegalTag: OnIllegalTag, 
/**
 * For documents whose object is gone.
 */
onGone: OnGone, 
/**
 * Include and exclude rules, in order.
 */
filters: Array<FilterDraft>, 
/**
 * Larger objects are skipped, in bytes; absent means whatever the destination takes.
 */
maxSize?: number, 
/**
 * Path of a file with certificates (PEM) that are trusted beside the system's; empty for none.
 */
caFile: string, 
/**
 * The requests are paid by whoever asks.
 */
requesterPays: boolean, 
/**
 * How the bucket's name travels.
 */
addressing: Addressing, 
/**
 * Minutes between syncs; absent means 240, 0 means only by hand.
 */
everyMinutes: number | null, 
/**
 * Where documents go: `library` (or nothing), `supermemory` for the hosted one, or the address of a Supermemory.
 */
destination: string, 
/**
 * Where credentials come from.
 */
credentials: CredentialsDraft, };

/**
 * How a connection stands.
 */
export type ConnectionState = "new" | "syncing" | "up_to_date" | "partly_done" | "needs_you" | "stopped" | "offline" | "paused" | "deleting";

/**
 * A connection with how it stands.
 */
export type ConnectionView = { 
/**
 * Id.
 */
id: string, 
/**
 * Name; unique.
 */
name: string, 
/**
 * Bucket.
 */
bucket: string, 
/**
 * Region.
 */
region: string, 
/**
 * Endpoint; empty for Amazon S3.
 */
endpoint: string, 
/**
 * Prefix; perhaps empty.
 */
prefix: string, 
/**
 * Tag rule; empty for none.
 */
containerTagRegex: string, 
/**
 * Container tags.
 */
containerTags: Array<string>, 
/**
 * Document limit.
 */
documentLimit: number, 
/**
 * For keys that the rule does not match.
 */
onNoMatch: OnNoMatch, 
/**
 * For captured values that are no tag.
 */
onIllegalTag: OnIllegalTag, 
/**
 * For documents whose object is gone.
 */
onGone: OnGone, 
/**
 * Include and exclude rules, in order.
 */
filters: Array<FilterDraft>, 
/**
 * Larger objects are skipped, in bytes; `None`: whatever the destination takes.
 */
maxSize: number | null, 
/**
 * File of certificates that are trusted beside the system's; empty for none.
 */
caFile: string, 
/**
 * The requests are paid by whoever asks.
 */
requesterPays: boolean, 
/**
 * How the bucket's name travels.
 */
addressing: Addressing, 
/**
 * It is paused: the schedule leaves it alone.
 */
pause: Pause | null, 
/**
 * Minutes between syncs; 0: only by hand.
 */
everyMinutes: number, 
/**
 * Where documents go: `library`, or the address of a Supermemory.
 */
destination: string, 
/**
 * Where credentials come from.
 */
credentials: Credentials, 
/**
 * When it was added.
 */
createdAt: number, 
/**
 * How it stands.
 */
state: ConnectionState, 
/**
 * Documents that are held.
 */
documents: number, 
/**
 * Those that the knowledge base has taken and is not done with: still processed, or busy when they were to go. They
 * are followed without a sync.
 */
waiting: number, 
/**
 * End of the last run that completed.
 */
lastCompleteAt: number | null, 
/**
 * When the next run is due; `None`: only by hand.
 */
nextDueAt: number | null, 
/**
 * When its credentials end; `None` where that is not known, and where it is paused.
 */
signIn: SignIn | null, 
/**
 * The newest run, which may be the running one.
 */
lastRun: RunView | null, 
/**
 * While it syncs.
 */
progress: RunProgress | null, 
/**
 * The last 30 runs, oldest first.
 */
recentRuns: Array<RunBar>, };

/**
 * Where credentials come from, as saved: without any secret.
 */
export type Credentials = { "kind": "access_key", 
/**
 * `accessKeyId` as documented.
 */
accessKeyId: string, 
/**
 * Whether the keychain also has a session token.
 */
sessionToken: boolean, } | { "kind": "environment" } | { "kind": "profile", 
/**
 * Its name.
 */
name: string, } | { "kind": "anonymous" };

/**
 * Where credentials come from, as typed.
 */
export type CredentialsDraft = { "kind": "access_key", 
/**
 * `accessKeyId` as documented.
 */
accessKeyId: string, 
/**
 * `secretAccessKey` as documented.
 */
secretAccessKey?: string, 
/**
 * Token of temporary credentials.
 */
sessionToken?: string, } | { "kind": "environment" } | { "kind": "profile", 
/**
 * Its name.
 */
name: string, } | { "kind": "anonymous" };

/**
 * A report for somebody who helps, without names, buckets, addresses, keys and secrets.
 */
export type Diagnostics = { 
/**
 * Names it when it is saved.
 */
id: string, 
/**
 * All of it.
 */
text: string, };

/**
 * A page of a connection's documents.
 */
export type DocumentPage = { 
/**
 * The documents, in the order in which their rows were made.
 */
documents: Array<DocumentView>, 
/**
 * Where the next page begins; `None` at the end.
 */
next: number | null, };

/**
 * How the state file believes a document to stand.
 */
export type DocumentState = "intended" | "sent" | "indexed" | "rejected" | "removing";

/**
 * A document that is held or may be held.
 */
export type DocumentView = { 
/**
 * Key of its object.
 */
key: string, 
/**
 * Version of its object.
 */
etag: string, 
/**
 * Its container.
 */
tag: string, 
/**
 * The engine's id (`customId`).
 */
id: string, 
/**
 * How it stands.
 */
state: DocumentState, 
/**
 * When it came into its state.
 */
changedAt: number, 
/**
 * Size of its object in bytes.
 */
size: number, 
/**
 * Why it was refused.
 */
refusal: string | null, 
/**
 * A person removed it: it is not sent again until it changes, or is asked for.
 */
removedByHand: boolean, };

/**
 * The bucket's keys as seen for a draft, kept in memory until the next listing of a draft, or until the form is left.
 */
export type DraftListing = { 
/**
 * Names it in later calls.
 */
listingId: string, 
/**
 * How many keys were seen so far.
 */
keys: number, 
/**
 * Whether that is all of them.
 */
complete: boolean, 
/**
 * More are on their way. What neither is complete nor goes on was cut off: it is very large, or `error` says why.
 */
underWay: boolean, 
/**
 * When.
 */
listedAt: number, 
/**
 * What ended it.
 */
error: ErrorView | null, };

/**
 * What a draft's rules would do with the keys of a listing.
 */
export type DraftPreview = { 
/**
 * Wrong tag fields; with any, `summary` and `page` are absent.
 */
fieldErrors: Array<FieldError>, 
/**
 * The whole.
 */
summary: PlanSummary | null, 
/**
 * A part.
 */
page: PlanPage | null, 
/**
 * How many keys of the listing each include or exclude rule decides about, in the order of the rules: those that it
 * matches and no later one does.
 */
ruleHits: Array<number>, };

/**
 * What an edit would do, before it is saved.
 */
export type EditPreview = { 
/**
 * Names it for `preview_page`.
 */
previewId: string, 
/**
 * The whole.
 */
summary: PlanSummary, };

/**
 * Something that a face may want to draw.
 */
export type EngineEvent = { "kind": "connection", 
/**
 * The whole row.
 */
connection: ConnectionView, } | { "kind": "connection_removed", 
/**
 * Its id.
 */
id: string, } | { "kind": "run_ended", 
/**
 * The whole row.
 */
run: RunView, } | { "kind": "local_api", 
/**
 * The whole row.
 */
localApi: LocalApiView, } | { "kind": "forms", 
/**
 * All that wait.
 */
waiting: Array<WaitingForm>, } | { "kind": "settings", 
/**
 * All of it.
 */
settings: AppSettings, };

/**
 * What went wrong, as something that a program can act on.
 */
export type ErrorCode = "authentication_failed" | "access_denied" | "bucket_not_found" | "wrong_region" | "clock_skewed" | "credentials_expired" | "credentials_missing" | "unreachable" | "proxy_failed" | "tls_failed" | "throttled" | "storage_failed" | "object_archived" | "object_gone" | "object_changed" | "document_refused" | "library_failed" | "api_key_missing" | "api_key_rejected" | "credits_exhausted" | "knowledge_base_denied" | "plan_too_low" | "document_busy" | "document_too_large" | "document_removed" | "knowledge_base_throttled" | "knowledge_base_failed" | "knowledge_base_unreachable" | "knowledge_base_changed" | "connectors_unavailable" | "hosted_connection_not_found" | "invalid_connection" | "connection_not_found" | "sync_running" | "too_many_failures" | "mass_removal" | "keychain_unavailable" | "keychain_locked" | "secret_missing" | "data_folder_busy" | "state_damaged" | "state_newer" | "disk_full" | "data_folder_unusable" | "file_not_written" | "port_in_use" | "desktop_refused" | "invalid_request" | "internal";

/**
 * An [`Error`] as the faces show it.
 */
export type ErrorView = { 
/**
 * Stable code.
 */
code: ErrorCode, 
/**
 * HTTP status as documented, or the nearest one.
 */
status: number, 
/**
 * What happened.
 */
message: string, 
/**
 * What to do.
 */
solution: string, 
/**
 * The facts of this case.
 */
detail: string, 
/**
 * Invalid fields, for `invalid_connection`.
 */
fields?: Array<FieldError>, 
/**
 * The right region, for `wrong_region`.
 */
region?: string, };

/**
 * One field of a connection that is not valid.
 */
export type FieldError = { 
/**
 * The field as documented: `bucket`, `containerTagRegex`, `documentLimit`, …
 */
field: string, 
/**
 * What is wrong and what to do, in one sentence.
 */
message: string, 
/**
 * Where in the typed text, as [start, end) in Unicode characters; only for a pattern.
 */
span: [number, number] | null, };

/**
 * A rule as typed, and as shown.
 */
export type FilterDraft = { 
/**
 * What it does.
 */
kind: FilterKind, 
/**
 * Which keys it is about.
 */
glob: string, };

/**
 * What a rule does with the keys that it matches.
 */
export type FilterKind = "include" | "exclude";

/**
 * The way on from a failed rung: a change of the connection that makes it good, found out and not guessed; else where a
 * person puts it right.
 */
export type Fix = { "kind": "set_region", 
/**
 * As the server names it.
 */
region: string, } | { "kind": "set_addressing", 
/**
 * It.
 */
addressing: Addressing, } | { "kind": "set_endpoint", 
/**
 * It.
 */
endpoint: string, } | { "kind": "set_requester_pays" } | { "kind": "trust_certificate" } | { "kind": "edit_field", 
/**
 * As a draft names it.
 */
field: string, } | { "kind": "grant_policy" } | { "kind": "run_command", 
/**
 * It.
 */
command: string, } | { "kind": "open_settings" } | { "kind": "try_again" };

/**
 * A form as it was left.
 */
export type FormDraft = { 
/**
 * What was typed.
 */
typed: FormText, 
/**
 * The step that was shown.
 */
step: number, 
/**
 * The farthest step that was reached.
 */
reached: number, };

/**
 * What was typed, letter by letter. There is no field for a secret, so none can be kept.
 */
export type FormText = { 
/**
 * The chosen provider.
 */
provider: string, 
/**
 * Account of a provider that has it in its address.
 */
accountId: string, 
/**
 * Base URL.
 */
endpoint: string, 
/**
 * Region.
 */
region: string, 
/**
 * Bucket.
 */
bucket: string, 
/**
 * The kind of credentials.
 */
credentials: string, 
/**
 * Access key, by its id alone.
 */
accessKeyId: string, 
/**
 * Name of an AWS profile.
 */
profile: string, 
/**
 * Prefix.
 */
prefix: string, 
/**
 * Document limit.
 */
documentLimit: string, 
/**
 * Container tags.
 */
containerTags: string, 
/**
 * Tag rule.
 */
containerTagRegex: string, 
/**
 * For keys that the rule does not match.
 */
onNoMatch: OnNoMatch, 
/**
 * For captured values that are no tag.
 */
onIllegalTag: OnIllegalTag, 
/**
 * For documents whose object is gone.
 */
onGone: OnGone, 
/**
 * Include and exclude rules.
 */
filters: Array<FilterDraft>, 
/**
 * Largest size.
 */
maxSize: string, 
/**
 * File with certificates.
 */
caFile: string, 
/**
 * Whether whoever asks pays.
 */
requesterPays: boolean, 
/**
 * How the bucket's name travels.
 */
addressing: Addressing, 
/**
 * Minutes between syncs.
 */
everyMinutes: number, 
/**
 * Name.
 */
name: string, 
/**
 * The kind of destination.
 */
destination: string, 
/**
 * Address of a Supermemory of one's own.
 */
ownAddress: string, 
/**
 * Address of the Supermemory whose cloud is to run it.
 */
cloudAddress: string, };

/**
 * A connection that Supermemory's cloud syncs by itself.
 */
export type HostedConnection = { 
/**
 * Its id over there.
 */
id: string, 
/**
 * Bucket; empty where the server does not tell, as for all settings below.
 */
bucket: string, 
/**
 * Region.
 */
region: string, 
/**
 * Endpoint; empty for Amazon S3.
 */
endpoint: string, 
/**
 * Prefix.
 */
prefix: string, 
/**
 * Tag rule; empty for none.
 */
containerTagRegex: string, 
/**
 * Access key id.
 */
accessKeyId: string, 
/**
 * Container tags.
 */
containerTags: Array<string>, 
/**
 * Document limit, where it tells.
 */
documentLimit: number | null, 
/**
 * When it was made.
 */
createdAt: number | null, 
/**
 * Its newest sync, where it tells.
 */
lastRun: HostedRun | null, };

/**
 * A hosted connection with its newest syncs.
 */
export type HostedDetails = { 
/**
 * The connection.
 */
connection: HostedConnection, 
/**
 * Its syncs, the newest first.
 */
runs: Array<HostedRun>, };

/**
 * A document of a hosted connection.
 */
export type HostedDocument = { 
/**
 * Its id over there.
 */
id: string, 
/**
 * Title, where it has one.
 */
title: string | null, 
/**
 * How it stands, in the server's word: `queued`, `done`, `failed`, …
 */
status: string, 
/**
 * What kind of document it is, in the server's word.
 */
type: string | null, 
/**
 * When it last changed.
 */
updatedAt: number | null, };

/**
 * A sync of a hosted connection.
 */
export type HostedRun = { 
/**
 * How it stands.
 */
state: HostedRunState, 
/**
 * What started it, in the server's word: `cron`, `manual`, `event`.
 */
trigger: string | null, 
/**
 * When it began.
 */
startedAt: number | null, 
/**
 * When it ended.
 */
completedAt: number | null, 
/**
 * Documents, where it tells.
 */
processed: number | null, 
/**
 * Documents that failed, where it tells.
 */
failed: number | null, 
/**
 * What went wrong.
 */
error: string | null, };

/**
 * How a sync of a hosted connection stands.
 */
export type HostedRunState = "running" | "completed" | "failed";

/**
 * What became of one object in a run.
 */
export type ItemOutcome = "sent" | "removed" | "skipped" | "refused" | "failed";

/**
 * What became of a key in a run.
 */
export type KeyEvent = { 
/**
 * The run.
 */
runId: string, 
/**
 * The line.
 */
item: RunItem, };

/**
 * What is known of one key: why it is, or is not, in the knowledge base.
 */
export type KeyStory = { 
/**
 * The key.
 */
key: string, 
/**
 * The answer, in plain words.
 */
sentence: string, 
/**
 * When the bucket was last listed; `None`: never.
 */
listedAt: number | null, 
/**
 * Whether that listing showed the key.
 */
listed: boolean, 
/**
 * The stages that its object passes, in order, and how far it came.
 */
steps: Array<StoryStep>, 
/**
 * What a person can do for it now.
 */
next: NextAction, 
/**
 * What the next sync does with it; `None` where there is nothing to do and nothing to show.
 */
plan: PlanItem | null, 
/**
 * Its documents, oldest first.
 */
documents: Array<DocumentView>, 
/**
 * What became of it in earlier runs, newest first.
 */
history: Array<KeyEvent>, };

/**
 * A Supermemory as typed.
 */
export type KnowledgeBaseDraft = { 
/**
 * Its base URL; empty for the hosted one.
 */
address: string, 
/**
 * Its API key; without one the saved one serves.
 */
apiKey?: string, };

/**
 * What a Supermemory answered to a test.
 */
export type KnowledgeBaseReport = { 
/**
 * Its base URL.
 */
address: string, 
/**
 * The organisation of the key, where it tells.
 */
organisation: string | null, 
/**
 * Its plan, where it tells.
 */
plan: string | null, 
/**
 * Whether it has hosted connections.
 */
connectors: boolean, };

/**
 * A Supermemory that is known.
 */
export type KnowledgeBaseView = { 
/**
 * Its base URL.
 */
address: string, 
/**
 * It is Supermemory's own service.
 */
isHosted: boolean, 
/**
 * The keychain has an API key for it.
 */
hasKey: boolean, 
/**
 * Whose documents it holds, where it tells.
 */
organisation: string | null, 
/**
 * Its plan, where it tells.
 */
plan: string | null, 
/**
 * Whether it has hosted connections; `None` before it was asked.
 */
connectors: boolean | null, 
/**
 * When it last answered a test, in milliseconds since 1970 UTC.
 */
checkedAt: number | null, 
/**
 * Connections that send their documents there.
 */
connections: number, 
/**
 * Documents that are held there, or may be.
 */
documents: number, };

/**
 * Lines by what became of the object.
 */
export type LineCounts = { 
/**
 * Sent.
 */
sent: number, 
/**
 * Removed.
 */
removed: number, 
/**
 * Skipped, as far as the run keeps them.
 */
skipped: number, 
/**
 * Refused.
 */
refused: number, 
/**
 * Failed.
 */
failed: number, };

/**
 * Which lines of a run to show.
 */
export type LineFilter = { 
/**
 * Only this outcome.
 */
outcome?: ItemOutcome, 
/**
 * Only keys, tags and reasons that contain this text.
 */
text: string, 
/**
 * From this line on.
 */
offset: number, 
/**
 * At most this many lines; 0 means 100.
 */
limit: number, };

/**
 * Whether the local API is served.
 */
export type LocalApiState = { "kind": "off" } | { "kind": "listening", 
/**
 * Base URL.
 */
url: string, } | { "kind": "failed", 
/**
 * Why.
 */
error: ErrorView, };

/**
 * The local API: what was chosen, and how it stands.
 */
export type LocalApiView = { 
/**
 * Whether the app is to serve it.
 */
enabled: boolean, 
/**
 * Its port on loopback.
 */
port: number, 
/**
 * How it stands.
 */
state: LocalApiState, };

/**
 * What a person can do for a key.
 */
export type NextAction = "nothing" | "wait" | "sync_now" | "retry" | "edit_tags" | "edit_scope" | "edit_limit" | "review_plan";

/**
 * Which notifications are shown.
 */
export type Notifications = "problems" | "every_run" | "none";

/**
 * An object's key, byte for byte.
 */
export type ObjectKey = string;

/**
 * A link that reads one object.
 */
export type ObjectLink = { 
/**
 * The address. Whoever has it may read the object until it expires.
 */
url: string, 
/**
 * When it expires; `None` for an object that anybody may read.
 */
expiresAt: number | null, };

/**
 * What happens to documents whose object is gone from the bucket or no longer in scope.
 */
export type OnGone = "keep" | "remove";

/**
 * What happens to a captured value that is no legal tag.
 */
export type OnIllegalTag = "skip" | "replace";

/**
 * What happens to a key that the rule does not match.
 */
export type OnNoMatch = "tag" | "skip";

/**
 * A pause of a connection.
 */
export type Pause = { 
/**
 * When it ends by itself, in milliseconds since 1970 UTC; `None`: when a person resumes.
 */
until: number | null, };

/**
 * How long a pause is.
 */
export type PauseLength = "hour" | "tomorrow" | "until_resumed";

/**
 * What a sync does with a key.
 */
export type PlanAction = "new" | "changed" | "retagged" | "unchanged" | "skipped" | "removed" | "kept";

/**
 * What has changed between a preview and the run that was started from it. The totals may be equal: then as many keys
 * are concerned, and others.
 */
export type PlanDrift = { 
/**
 * As a person saw it.
 */
previewed: PlanTotals, 
/**
 * As the run found it.
 */
planned: PlanTotals, };

/**
 * Which part of a plan to show, and in which order. The preview of a draft knows `action`, `text` and the part; it is in
 * key order.
 */
export type PlanFilter = { 
/**
 * Only this action.
 */
action?: PlanAction, 
/**
 * Only keys or tags that contain this text.
 */
text: string, 
/**
 * Only what is skipped for this reason.
 */
reason?: SkipReason, 
/**
 * Only keys of exactly this tag.
 */
tag?: string, 
/**
 * Only what a trial would send.
 */
trial?: boolean, 
/**
 * Put in order by this.
 */
order?: PlanOrder, 
/**
 * The other way round.
 */
descending?: boolean, 
/**
 * From this row on.
 */
offset: number, 
/**
 * At most this many rows; 0 means 100.
 */
limit: number, };

/**
 * One key of a plan.
 */
export type PlanItem = { 
/**
 * Key.
 */
key: string, 
/**
 * What a sync does with it.
 */
action: PlanAction, 
/**
 * Why it is skipped.
 */
reason: SkipReason | null, 
/**
 * A sentence for `reason`, or what the knowledge base said.
 */
sentence: string | null, 
/**
 * The tag that it gets, or that its held document has.
 */
tag: string | null, 
/**
 * What the rule captured, as [start, end) in UTF-16 units of `key` (what a browser counts).
 */
capture: [number, number] | null, 
/**
 * Size in bytes; `None` when the object is not in the bucket.
 */
size: number | null, 
/**
 * Last modified.
 */
modified: number | null, };

/**
 * What the rows of a plan are put in order by.
 */
export type PlanOrder = "key" | "size" | "modified" | "tag" | "action";

/**
 * A page of a plan.
 */
export type PlanPage = { 
/**
 * The rows, in the order that was asked for.
 */
items: Array<PlanItem>, 
/**
 * How many rows the filter leaves.
 */
total: number, };

/**
 * A plan as a whole.
 */
export type PlanSummary = { 
/**
 * Keys by action.
 */
totals: PlanTotals, 
/**
 * Skipped keys by reason, only reasons that occur.
 */
skipped: Array<SkipCount>, 
/**
 * Containers by number of documents after the sync, the largest 50.
 */
tags: Array<TagCount>, 
/**
 * How many containers there are.
 */
tagCount: number, 
/**
 * Bytes to send.
 */
bytes: number, 
/**
 * Tokens that a Supermemory may count for it.
 */
tokens: TokenEstimate, 
/**
 * Objects that the listing shows.
 */
listed: number, 
/**
 * Documents held now.
 */
held: number, 
/**
 * Removals that a sync would hold back until a person confirms this number; 0 when it would hold back none.
 */
heldBack: number, 
/**
 * Documents that go without a successor: what the brake counts, and what a yes is to.
 */
removals: number, 
/**
 * Documents that a trial would send.
 */
trial: number, 
/**
 * Stands for what would be sent and removed, key by key: equal for equal plans.
 */
fingerprint: string, 
/**
 * The document limit.
 */
limit: number, 
/**
 * When the bucket was listed.
 */
listedAt: number, 
/**
 * Whether the listing reached its end.
 */
complete: boolean, };

/**
 * How many keys a plan has of each action.
 */
export type PlanTotals = { 
/**
 * New documents.
 */
new: number, 
/**
 * Changed ones.
 */
changed: number, 
/**
 * Retagged ones.
 */
retagged: number, 
/**
 * Unchanged ones.
 */
unchanged: number, 
/**
 * Skipped objects.
 */
skipped: number, 
/**
 * Documents to be removed.
 */
removed: number, 
/**
 * Documents kept although their object is gone.
 */
kept: number, };

/**
 * A preview as a person saw it: what a sync that is started from it is compared with.
 */
export type Previewed = { 
/**
 * Its keys by action.
 */
totals: PlanTotals, 
/**
 * Its removals. A sync that finds more holds all of them back until it is confirmed.
 */
removals: number, 
/**
 * Stands for its keys.
 */
fingerprint: string, };

/**
 * Where a profile's credentials come from.
 */
export type ProfileKind = "keys" | "single_sign_on" | "role" | "process" | "web_identity" | "unusable";

/**
 * The way to storages and knowledge bases.
 */
export type ProxyChoice = { "kind": "system" } | { "kind": "none" } | { "kind": "manual", 
/**
 * `http://host:port`; without a name or password in it.
 */
address: string, };

/**
 * A run in one bar of the small chart.
 */
export type RunBar = { 
/**
 * How it ended.
 */
state: RunState, 
/**
 * When it started.
 */
startedAt: number, 
/**
 * Documents sent.
 */
sent: number, 
/**
 * Documents removed.
 */
removed: number, 
/**
 * Documents failed.
 */
failed: number, };

/**
 * Which runs to show.
 */
export type RunFilter = { 
/**
 * Only those of this connection.
 */
connectionId?: string, 
/**
 * Only those that failed, were broken off, or left something undone.
 */
trouble: boolean, 
/**
 * From this run on, the newest first.
 */
offset: number, 
/**
 * At most this many; 0 means 50.
 */
limit: number, };

/**
 * One line of a run.
 */
export type RunItem = { 
/**
 * Key.
 */
key: string, 
/**
 * Tag.
 */
tag: string, 
/**
 * What became of it.
 */
outcome: ItemOutcome, 
/**
 * Code of the failure, where there is one.
 */
code: string | null, 
/**
 * What a person reads: the reason of a refusal, the detail of a failure.
 */
detail: string | null, 
/**
 * Size in bytes.
 */
size: number, 
/**
 * When.
 */
at: number, 
/**
 * For a document that was sent: whether its key had none before. `None`: not known.
 */
isNew: boolean | null, };

/**
 * A page of a run's lines.
 */
export type RunItems = { 
/**
 * The lines.
 */
items: Array<RunItem>, 
/**
 * How many there are in all.
 */
total: number, 
/**
 * How many there are of each outcome, whichever is asked for.
 */
counts: LineCounts, 
/**
 * The run is old, and its lines are not kept any more.
 */
gone: boolean, };

/**
 * A page of the run history.
 */
export type RunPage = { 
/**
 * The runs, the newest first.
 */
items: Array<RunView>, 
/**
 * How many there are in all.
 */
total: number, };

/**
 * What a run is doing.
 */
export type RunPhase = "waiting" | "auditing" | "listing" | "deciding" | "removing" | "sending" | "settling" | "stopping";

/**
 * How far a run is.
 */
export type RunProgress = { 
/**
 * The run.
 */
runId: string, 
/**
 * What it is doing.
 */
phase: RunPhase, 
/**
 * Objects listed so far.
 */
listed: number, 
/**
 * Documents to send.
 */
planned: number, 
/**
 * Documents done: sent, refused or failed.
 */
done: number, 
/**
 * Keys whose documents go without a successor.
 */
removing: number, 
/**
 * Those that are gone by now.
 */
removed: number, 
/**
 * Bytes to send.
 */
bytesPlanned: number, 
/**
 * Bytes sent.
 */
bytes: number, 
/**
 * When it started.
 */
startedAt: number, 
/**
 * When sending began.
 */
sendingSince: number | null, 
/**
 * What has changed since the preview that it was started from.
 */
drift: PlanDrift | null, };

/**
 * How a run stands.
 */
export type RunState = "running" | "completed" | "partly_completed" | "failed" | "cancelled" | "interrupted";

/**
 * Who started a run.
 */
export type RunTrigger = "manual" | "schedule";

/**
 * A run.
 */
export type RunView = { 
/**
 * Id.
 */
id: string, 
/**
 * Its connection.
 */
connectionId: string, 
/**
 * Name of the connection.
 */
connectionName: string, 
/**
 * Who started it.
 */
trigger: RunTrigger, 
/**
 * How it stands.
 */
state: RunState, 
/**
 * Start.
 */
startedAt: number, 
/**
 * End.
 */
finishedAt: number | null, 
/**
 * Objects listed.
 */
listed: number, 
/**
 * Documents sent.
 */
sent: number, 
/**
 * Documents removed because their object is gone, out of scope, or tagged otherwise without a successor.
 */
removed: number, 
/**
 * Objects that got no document, each for a [`SkipReason`](crate::scope::SkipReason).
 */
skipped: number, 
/**
 * Removals that were held back because they are unusually many; a sync that confirms this number carries them out.
 */
heldBack: number, 
/**
 * It was a trial: at most this many documents were to be sent.
 */
trial: number | null, 
/**
 * Documents that failed.
 */
failed: number, 
/**
 * Bytes sent.
 */
bytes: number, 
/**
 * What had changed since the preview that it was started from; `None`: nothing, or it was started from none.
 */
drift: PlanDrift | null, 
/**
 * What ended it.
 */
error: ErrorView | null, };

/**
 * A rung of the connection test, bottom first.
 */
export type Rung = "credentials" | "name" | "connect" | "tls" | "clock" | "signature" | "list" | "read";

/**
 * One line of a test report.
 */
export type RungView = { 
/**
 * Which.
 */
rung: Rung, 
/**
 * What it showed.
 */
verdict: Verdict, 
/**
 * In one sentence.
 */
sentence: string, 
/**
 * Why it failed.
 */
error: ErrorView | null, 
/**
 * What makes it good. Every failure has a way on.
 */
fix: Fix | null, };

/**
 * A file that was written for a person to keep.
 */
export type SavedFile = { 
/**
 * Where it is.
 */
path: string, 
/**
 * Its name.
 */
name: string, };

/**
 * A search over what is held.
 */
export type SearchQuery = { 
/**
 * Words to look for; any text is legal.
 */
query: string, 
/**
 * Only this container.
 */
tag?: string, 
/**
 * Only this connection.
 */
connectionId?: string, 
/**
 * At most this many results; 0 means 20.
 */
limit: number, 
/**
 * Leaves out so many of the best results: they were shown before.
 */
offset: number, };

/**
 * Results, best first.
 */
export type SearchReply = { 
/**
 * The best ones, at most as many as asked for.
 */
results: Array<SearchResult>, 
/**
 * How many documents match.
 */
total: number, };

/**
 * One search result.
 */
export type SearchResult = { 
/**
 * The engine's id of the document.
 */
documentId: string, 
/**
 * The connection that owns it.
 */
connectionId: string, 
/**
 * Its bucket.
 */
bucket: string, 
/**
 * Key of the object.
 */
key: ObjectKey, 
/**
 * Its container.
 */
tag: string, 
/**
 * Rank: higher is better; comparable within one reply only.
 */
score: number, 
/**
 * The best passage.
 */
snippet: Array<SnippetPart>, 
/**
 * Size of the object, in bytes.
 */
size: number, 
/**
 * Last modified, in milliseconds since 1970 UTC.
 */
modified: number | null, };

/**
 * The end of the credentials that a connection signs with.
 */
export type SignIn = { 
/**
 * When they end, in milliseconds since 1970 UTC.
 */
endsAt: number, 
/**
 * They are renewed without anybody until then; else they were given for some hours.
 */
renewsItself: boolean, 
/**
 * How a person signs in again.
 */
again: SignInAgain, 
/**
 * Whether that is worth a word now.
 */
stage: SignInStage, };

/**
 * How a person signs in again.
 */
export type SignInAgain = { "kind": "command", 
/**
 * The command.
 */
command: string, } | { "kind": "tool" } | { "kind": "restart" };

/**
 * Whether the end of a sign-in is worth a word.
 */
export type SignInStage = "lasts" | "soon" | "ended";

/**
 * How many keys are skipped for a reason.
 */
export type SkipCount = { 
/**
 * The reason.
 */
reason: SkipReason, 
/**
 * Its sentence.
 */
sentence: string, 
/**
 * How many.
 */
count: number, };

/**
 * Why an object has no document.
 */
export type SkipReason = "folder_marker" | "empty" | "too_large" | "unsupported_type" | "archived" | "excluded_by_rule" | "no_tag" | "illegal_tag" | "over_limit" | "refused";

/**
 * A piece of a snippet.
 */
export type SnippetPart = { 
/**
 * Text.
 */
text: string, 
/**
 * Whether it is what was looked for.
 */
hit: boolean, };

/**
 * How a stage stands.
 */
export type StepState = "done" | "current" | "stopped" | "ahead";

/**
 * A stage on the way from an object to a search result.
 */
export type StoryStage = "listed" | "admitted" | "tagged" | "sent" | "searchable";

/**
 * One stage of a key's story.
 */
export type StoryStep = { 
/**
 * Which.
 */
stage: StoryStage, 
/**
 * How it stands.
 */
state: StepState, 
/**
 * When it came to that, where that is known.
 */
at: number | null, 
/**
 * What is to be told of it.
 */
sentence: string, };

/**
 * The answer to a question about all keys.
 */
export type StudioAnswer = { 
/**
 * Wrong fields; with any, there are no totals.
 */
fieldErrors: Array<FieldError>, 
/**
 * The totals; absent too when a newer question took the place of this one.
 */
totals: StudioTotals | null, 
/**
 * How many keys of the listing they are about.
 */
keys: number, };

/**
 * A key, judged by a rule that is being typed.
 */
export type StudioRow = { 
/**
 * Its place in the listing; names it for `studio_rows`.
 */
at: number, 
/**
 * What a sync does with it.
 */
item: PlanItem, 
/**
 * Where its tag comes from.
 */
source: TagSource, 
/**
 * Its tag is shared by keys of another source, as far as the last totals tell.
 */
collides: boolean, };

/**
 * Rows of the studio.
 */
export type StudioRows = { 
/**
 * Wrong fields; with any, the rows are judged as if there were no tags.
 */
fieldErrors: Array<FieldError>, 
/**
 * The rows.
 */
rows: Array<StudioRow>, 
/**
 * How many there are in all.
 */
total: number, };

/**
 * A container and the keys that it gets.
 */
export type StudioTag = { 
/**
 * The tag.
 */
tag: string, 
/**
 * Keys.
 */
count: number, 
/**
 * They are of more than one source.
 */
collides: boolean, };

/**
 * What a rule does with all keys.
 */
export type StudioTotals = { 
/**
 * Keys.
 */
all: number, 
/**
 * Keys that have a tag of the rule, or of the connection where there is no rule.
 */
matched: number, 
/**
 * Keys that the rule does not match.
 */
noMatch: number, 
/**
 * Keys whose captured value is no legal tag.
 */
illegal: number, 
/**
 * Keys that share a tag with keys of another source.
 */
colliding: number, 
/**
 * Keys that get no document whatever their tag is: type, size, other rules.
 */
skipped: number, 
/**
 * Containers by number of keys, the largest 50.
 */
tags: Array<StudioTag>, 
/**
 * How many containers there are.
 */
tagCount: number, 
/**
 * Tags that keys of more than one source share, the first 20.
 */
collisions: Array<Collision>, 
/**
 * How many such tags there are.
 */
collisionCount: number, };

/**
 * Keys of a person's own, judged.
 */
export type StudioTrial = { 
/**
 * Wrong fields; with any, there are no rows.
 */
fieldErrors: Array<FieldError>, 
/**
 * A row for each key, in the order in which they were typed.
 */
rows: Array<StudioRow>, 
/**
 * Tags that keys of more than one source share.
 */
collisions: Array<Collision>, };

/**
 * Which keys the studio shows.
 */
export type StudioView = { "kind": "all" } | { "kind": "needs_look" } | { "kind": "matched" } | { "kind": "no_match" } | { "kind": "tag", 
/**
 * The tag.
 */
tag: string, };

/**
 * A rule that the shape of the keys suggests.
 */
export type Suggestion = { 
/**
 * The rule.
 */
rule: string, 
/**
 * Keys that it matches.
 */
matched: number, 
/**
 * Tags that it makes.
 */
tags: number, };

/**
 * What a sync may do beyond the usual.
 */
export type SyncOptions = { 
/**
 * Removals that a person saw and confirmed; at most this many are carried out although they are unusually many.
 */
confirmRemovals?: number, 
/**
 * Sends at most this many documents, of as many containers, file types and sizes as there are.
 */
trial?: number, 
/**
 * The preview that it is started from: the run says what has changed since.
 */
previewed?: Previewed, };

/**
 * A container and how many documents it holds.
 */
export type TagCount = { 
/**
 * The tag.
 */
tag: string, 
/**
 * Documents under it.
 */
count: number, };

/**
 * Containers that a text leaves, the largest first.
 */
export type TagPage = { 
/**
 * The largest of them.
 */
tags: Array<TagCount>, 
/**
 * How many the text leaves.
 */
total: number, 
/**
 * Documents in all containers, whatever the text.
 */
documents: number, 
/**
 * Containers in all, whatever the text.
 */
containers: number, };

/**
 * Where a key's tag comes from, or why it has none.
 */
export type TagSource = "captured" | "replaced" | "given" | "fallback" | "nothing" | "illegal";

/**
 * What a connection test showed.
 */
export type TestReport = { 
/**
 * Whether every rung that was tried is good.
 */
passed: boolean, 
/**
 * The rungs, bottom first.
 */
rungs: Array<RungView>, 
/**
 * The first failure.
 */
error: ErrorView | null, 
/**
 * The IAM policy with the permissions that a sync needs and no more, as JSON.
 */
policy: string, };

/**
 * Tokens of documents to send, as far as their sizes tell. Only Supermemory itself knows them.
 */
export type TokenEstimate = { 
/**
 * About so many for what is text: a token for every 4 bytes.
 */
text: number, 
/**
 * Documents whose size says nothing: PDFs, pictures, sound, film, office files.
 */
untold: number, };

/**
 * Names a cause, for whoever wants its files or wants them tried again.
 */
export type TroubleCause = { 
/**
 * What it has done.
 */
kind: TroubleKind, 
/**
 * What went wrong.
 */
code: ErrorCode, 
/**
 * For refusals: the one reason of all its documents; `None` where each has another.
 */
reason: string | null, };

/**
 * What mends a cause, beside trying again.
 */
export type TroubleFix = "edit_connection" | "copy_policy" | "open_settings" | "review_removals";

/**
 * What a cause has done.
 */
export type TroubleKind = "not_read" | "not_sent" | "refused" | "run";

/**
 * A cause of trouble that stands now.
 */
export type TroubleView = { 
/**
 * The connection.
 */
connectionId: string, 
/**
 * Its name.
 */
connectionName: string, 
/**
 * Names the cause.
 */
cause: TroubleCause, 
/**
 * Files that it concerns; for a run that ended early, removals that it held back.
 */
count: number, 
/**
 * When it was first seen.
 */
since: number, 
/**
 * What happened and what to do, with the newest case as its detail.
 */
error: ErrorView, 
/**
 * The newest run that met it; `None` for refusals.
 */
runId: string | null, 
/**
 * The last sync stopped because of it, and did not look at further files.
 */
stopped: boolean, 
/**
 * What mends it.
 */
fix: TroubleFix | null, };

/**
 * What a rung showed.
 */
export type Verdict = "passed" | "failed" | "not_tried";

/**
 * A form that was left before it was saved.
 */
export type WaitingForm = { 
/**
 * The connection that it edits; absent: it adds one.
 */
connectionId: string | null, };

/** Every command: what it takes and what it answers. */
export interface Commands {
  /** Version, folders, counts. */
  app_status: { arguments: Record<string, never>; reply: AppStatus };
  /** What a person set for the app as a whole. */
  app_settings_get: { arguments: Record<string, never>; reply: AppSettings };
  /** Saves what a person set; what runs goes by it at once. */
  app_settings_set: { arguments: { settings: AppSettings, }; reply: AppSettings };
  /** Every connection with how it stands, by name. */
  connection_list: { arguments: Record<string, never>; reply: Array<ConnectionView> };
  /** What is wrong with a draft as typed; empty when nothing is. `id` names the connection that is edited. */
  connection_check: { arguments: { draft: ConnectionDraft, id: string | null, }; reply: Array<FieldError> };
  /** Tries a draft against its bucket. `id` names the connection whose saved secret serves where none is typed. */
  connection_test_draft: { arguments: { draft: ConnectionDraft, id: string | null, }; reply: TestReport };
  /** Tries a saved connection. */
  connection_test: { arguments: { id: string, }; reply: TestReport };
  /** The IAM policy with the permissions that syncs of a connection need and no more, as JSON. */
  connection_policy: { arguments: { id: string, }; reply: string };
  /** The same for what is being typed, whether it is valid yet or not. */
  draft_policy: { arguments: { draft: ConnectionDraft, }; reply: string };
  /** The AWS profiles of this computer: names, regions and kinds, nothing secret. */
  aws_profiles: { arguments: Record<string, never>; reply: AwsProfiles };
  /** The form of a connection as it was left half done; `id` absent: of a new one. */
  form_kept: { arguments: { id: string | null, }; reply: FormDraft | null };
  /** Keeps a form as it is. It has no field for a secret. */
  form_keep: { arguments: { id: string | null, draft: FormDraft, }; reply: null };
  /** Forgets what was kept of a form. */
  form_forget: { arguments: { id: string | null, }; reply: null };
  /** Lists the bucket for a draft and keeps the listing for the questions below: the first keys are there at once, the others come in behind. A saved connection's last listing serves without the network unless `refresh` says otherwise. */
  draft_list: { arguments: { draft: ConnectionDraft, id: string | null, refresh: boolean, }; reply: DraftListing };
  /** How far a listing is. */
  draft_listing: { arguments: { listingId: string, }; reply: DraftListing };
  /** Forgets a listing; what of it is still on its way is not waited for. */
  draft_drop: { arguments: { listingId: string, }; reply: null };
  /** What the draft's rules would do with the keys of a listing. Nothing is sent. */
  draft_preview: { arguments: { listingId: string, draft: ConnectionDraft, filter: PlanFilter, }; reply: DraftPreview };
  /** The keys at these places of a listing, judged by a rule that is being typed. */
  studio_rows: { arguments: { listingId: string, draft: ConnectionDraft, at: Array<number>, }; reply: StudioRows };
  /** A part of the keys in the order of the last totals: what needs a look comes first. */
  studio_page: { arguments: { listingId: string, draft: ConnectionDraft, view: StudioView, offset: number, limit: number, }; reply: StudioRows };
  /** What the rule does with all keys of a listing, without an answer as soon as it is asked anew. */
  studio_totals: { arguments: { listingId: string, draft: ConnectionDraft, }; reply: StudioAnswer };
  /** Rules that the shape of a listing's keys suggests, best first. */
  studio_suggest: { arguments: { listingId: string, }; reply: Array<Suggestion> };
  /** Judges keys that a person typed, as if the bucket had them. */
  studio_try: { arguments: { draft: ConnectionDraft, keys: Array<string>, }; reply: StudioTrial };
  /** Saves a new connection, its secret in the keychain. */
  connection_add: { arguments: { draft: ConnectionDraft, }; reply: ConnectionView };
  /** Saves an edited connection; a secret that is not typed stays. `confirmedRemovals`: the unusual removals that a person saw in the preview of this edit and confirmed. */
  connection_edit: { arguments: { id: string, draft: ConnectionDraft, confirmedRemovals: number | null, }; reply: ConnectionView };
  /** Works out what a sync would do if this edit were saved; nothing is saved. */
  edit_preview: { arguments: { id: string, draft: ConnectionDraft, refresh: boolean, }; reply: EditPreview };
  /** Deletes a connection, and its documents unless they are to be kept. */
  connection_delete: { arguments: { id: string, keepDocuments: boolean, }; reply: null };
  /** Works out what a sync would do; lists the bucket again when asked to, or when it never was. */
  preview_make: { arguments: { id: string, refresh: boolean, }; reply: PlanSummary };
  /** A part of the last preview of a connection, or of an edit (`id` is then its `previewId`). */
  preview_page: { arguments: { id: string, filter: PlanFilter, }; reply: PlanPage };
  /** Writes what a filter leaves of a preview into a new CSV file in the Downloads folder. */
  preview_export: { arguments: { id: string, filter: PlanFilter, }; reply: SavedFile };
  /** Starts a sync. */
  sync_start: { arguments: { id: string, options: SyncOptions, }; reply: RunView };
  /** Starts a sync of every connection that is not syncing. */
  sync_start_all: { arguments: Record<string, never>; reply: Array<RunView> };
  /** Cancels a sync; puts that are under way finish. */
  sync_cancel: { arguments: { id: string, }; reply: null };
  /** Starts a sync that sends refused documents once more: those of these keys, or all when there are none. */
  sync_retry: { arguments: { id: string, keys: Array<string>, }; reply: RunView };
  /** Pauses a connection, or all: what runs is cancelled, and the schedule starts nothing. */
  sync_pause: { arguments: { id: string | null, length: PauseLength, }; reply: null };
  /** Lets a paused connection, or all, go on. */
  sync_resume: { arguments: { id: string | null, }; reply: null };
  /** Why a key is, or is not, in the knowledge base. */
  key_why: { arguments: { id: string, key: string, }; reply: KeyStory };
  /** The documents that a connection holds or may hold, page by page. */
  document_list: { arguments: { id: string, after: number | null, limit: number, }; reply: DocumentPage };
  /** Compares what the state file says is held with what the knowledge base holds, and mends the state file. */
  connection_audit: { arguments: { id: string, }; reply: AuditReport };
  /** One run. */
  run_get: { arguments: { runId: string, }; reply: RunView };
  /** The newest runs, of one connection or of all. */
  run_list: { arguments: { connectionId: string | null, limit: number, }; reply: Array<RunView> };
  /** The run history, page by page, newest first. */
  run_page: { arguments: { filter: RunFilter, }; reply: RunPage };
  /** What became of the objects of a run, page by page, with how many there are of each outcome. */
  run_lines: { arguments: { runId: string, filter: LineFilter, }; reply: RunItems };
  /** Writes what a filter leaves of the lines of a run into a new CSV file in the Downloads folder. */
  run_export: { arguments: { runId: string, filter: LineFilter, }; reply: SavedFile };
  /** Works out what the runs after one run, up to and including another (or up to now), have changed. */
  compare_make: { arguments: { from: string, to: string | null, }; reply: Comparison };
  /** A part of the last comparison. */
  compare_page: { arguments: { comparisonId: string, filter: CompareFilter, }; reply: ComparePage };
  /** Every cause of trouble that stands now, the newest first. */
  trouble_list: { arguments: Record<string, never>; reply: Array<TroubleView> };
  /** The files of a cause, by key. */
  trouble_files: { arguments: { id: string, cause: TroubleCause, offset: number, limit: number, }; reply: RunItems };
  /** Starts a sync that tries the files of a cause again; refused documents of other causes stay as they are. */
  trouble_retry: { arguments: { id: string, cause: TroubleCause, }; reply: RunView };
  /** Every Supermemory that is known, by address. */
  knowledge_base_list: { arguments: Record<string, never>; reply: Array<KnowledgeBaseView> };
  /** Keeps an API key for a Supermemory in the keychain. */
  knowledge_base_set: { arguments: { draft: KnowledgeBaseDraft, }; reply: KnowledgeBaseView };
  /** Asks a Supermemory who it is and what it can do, with the typed key or else the saved one. */
  knowledge_base_test: { arguments: { draft: KnowledgeBaseDraft, }; reply: KnowledgeBaseReport };
  /** Forgets a Supermemory and its API key. */
  knowledge_base_forget: { arguments: { address: string, }; reply: null };
  /** Makes a connection that a Supermemory's cloud syncs by itself (`address` empty: Supermemory's own service). The keys leave this computer. */
  hosted_create: { arguments: { address: string, draft: ConnectionDraft, }; reply: HostedConnection };
  /** The hosted S3 connections of a Supermemory, oldest first. */
  hosted_list: { arguments: { address: string, }; reply: Array<HostedConnection> };
  /** One hosted connection with its newest syncs. */
  hosted_show: { arguments: { address: string, id: string, }; reply: HostedDetails };
  /** Asks for a sync now, of this hosted connection and of the others under the same container tags. */
  hosted_import: { arguments: { address: string, id: string, }; reply: null };
  /** The documents of a hosted connection, and of the others under the same container tags. */
  hosted_documents: { arguments: { address: string, id: string, }; reply: Array<HostedDocument> };
  /** Deletes a hosted connection, and its documents or not. */
  hosted_delete: { arguments: { address: string, id: string, deleteDocuments: boolean, }; reply: null };
  /** Makes a hosted connection of the same settings, with the secret from the keychain, and pauses this one until it is resumed. The keys leave this computer. */
  connection_hand_over: { arguments: { id: string, address: string, }; reply: HostedConnection };
  /** Searches where documents go: `library`, or a Supermemory that is known, by its address. */
  search: { arguments: { destination: string, query: SearchQuery, }; reply: SearchReply };
  /** The containers of a destination whose tag contains a text, the largest first. */
  search_tags: { arguments: { destination: string, text: string, limit: number, }; reply: TagPage };
  /** A link that reads one object of a connection's bucket for five minutes. Whoever has it may read the object. */
  object_link: { arguments: { id: string, key: string, }; reply: ObjectLink };
  /** Writes down what helps to find out why something does not work, without names, buckets, addresses, keys and secrets. Nothing is saved. */
  diagnostics_make: { arguments: Record<string, never>; reply: Diagnostics };
  /** Saves a report in Downloads, exactly as it was made. */
  diagnostics_save: { arguments: { id: string, }; reply: SavedFile };
  /** Whether the local API is to be served, where, and how it stands. */
  local_api_get: { arguments: Record<string, never>; reply: LocalApiView };
  /** Chooses whether the app serves the local API, and on which port. Whether that worked comes as an event. */
  local_api_set: { arguments: { enabled: boolean, port: number, }; reply: LocalApiView };
  /** The token of the local API, for a person to copy; `renew` makes another one and ends the one before. */
  local_api_token: { arguments: { renew: boolean, }; reply: string };
}
