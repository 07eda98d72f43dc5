//! The command table: everything a window can ask of the engine, by name, with JSON in and out.
//!
//! The table below is the only list of commands. [`call`] serves it, [`typescript`] turns it into the typed
//! client of the window (`ui/src/client/generated.ts`, committed; a test keeps it current). Arguments that do
//! not fit and unknown names are `invalid_request`.

use serde::Deserialize;
use serde_json::Value;
use ts_rs::TS;

use crate::connection::ConnectionDraft;
use crate::engine::Engine;
use crate::error::{Error, ErrorCode, ErrorView, FieldError};
use crate::event::EngineEvent;
use crate::knowledge_base::{SearchQuery, SearchReply};
use crate::view::*;

mod typescript;
pub use typescript::typescript;

macro_rules! commands {
    ($( $(#[doc = $doc:literal])* $name:ident ( $($argument:ident : $type:ty),* ) -> $reply:ty; )*) => {
        /// Runs one command.
        ///
        /// # Errors
        /// Whatever the command returns, as shown to a person; `invalid_request` for a name or arguments that do not fit.
        pub async fn call(engine: &std::sync::Arc<Engine>, command: &str, arguments: Value) -> Result<Value, ErrorView> {
            match command {
                $( stringify!($name) => {
                    #[derive(Deserialize)]
                    #[serde(rename_all = "camelCase")]
                    struct Arguments { $( $argument: $type ),* }
                    let Arguments { $( $argument ),* } = read_arguments(command, arguments)?;
                    let reply: $reply = engine.$name($( $argument ),*).await.map_err(|e| e.view())?;
                    write_reply(command, &reply)
                } )*
                other => Err(Error::new(ErrorCode::InvalidRequest, format!("there is no command {other}")).view()),
            }
        }

        fn command_types(table: &mut typescript::Table) {
            $( {
                #[derive(TS)]
                #[ts(rename_all = "camelCase")]
                #[allow(dead_code, reason = "only its TypeScript form is used")]
                struct Arguments { $( $argument: $type ),* }
                table.command::<Arguments, $reply>(stringify!($name), &[$($doc),*]);
            } )*
            table.root::<EngineEvent>();
            table.root::<ErrorView>();
        }
    };
}

commands! {
    /// Version, folders, counts.
    app_status() -> AppStatus;
    /// What a person set for the app as a whole.
    app_settings_get() -> AppSettings;
    /// Saves what a person set; what runs goes by it at once.
    app_settings_set(settings: AppSettings) -> AppSettings;
    /// Every connection with how it stands, by name.
    connection_list() -> Vec<ConnectionView>;
    /// What is wrong with a draft as typed; empty when nothing is. `id` names the connection that is edited.
    connection_check(draft: ConnectionDraft, id: Option<String>) -> Vec<FieldError>;
    /// Tries a draft against its bucket. `id` names the connection whose saved secret serves where none is typed.
    connection_test_draft(draft: ConnectionDraft, id: Option<String>) -> TestReport;
    /// Tries a saved connection.
    connection_test(id: String) -> TestReport;
    /// The IAM policy with the permissions that syncs of a connection need and no more, as JSON.
    connection_policy(id: String) -> String;
    /// The same for what is being typed, whether it is valid yet or not.
    draft_policy(draft: ConnectionDraft) -> String;
    /// The AWS profiles of this computer: names, regions and kinds, nothing secret.
    aws_profiles() -> AwsProfiles;
    /// The form of a connection as it was left half done; `id` absent: of a new one.
    form_kept(id: Option<String>) -> Option<FormDraft>;
    /// Keeps a form as it is. It has no field for a secret.
    form_keep(id: Option<String>, draft: FormDraft) -> ();
    /// Forgets what was kept of a form.
    form_forget(id: Option<String>) -> ();
    /// Lists the bucket for a draft and keeps the listing for the questions below: the first keys are there at once, the
    /// others come in behind. A saved connection's last listing serves without the network unless `refresh` says otherwise.
    draft_list(draft: ConnectionDraft, id: Option<String>, refresh: bool) -> DraftListing;
    /// How far a listing is.
    draft_listing(listing_id: String) -> DraftListing;
    /// Forgets a listing; what of it is still on its way is not waited for.
    draft_drop(listing_id: String) -> ();
    /// What the draft's rules would do with the keys of a listing. Nothing is sent.
    draft_preview(listing_id: String, draft: ConnectionDraft, filter: PlanFilter) -> DraftPreview;
    /// The keys at these places of a listing, judged by a rule that is being typed.
    studio_rows(listing_id: String, draft: ConnectionDraft, at: Vec<u32>) -> StudioRows;
    /// A part of the keys in the order of the last totals: what needs a look comes first.
    studio_page(listing_id: String, draft: ConnectionDraft, view: StudioView, offset: u64, limit: u32) -> StudioRows;
    /// What the rule does with all keys of a listing, without an answer as soon as it is asked anew.
    studio_totals(listing_id: String, draft: ConnectionDraft) -> StudioAnswer;
    /// Rules that the shape of a listing's keys suggests, best first.
    studio_suggest(listing_id: String) -> Vec<Suggestion>;
    /// Judges keys that a person typed, as if the bucket had them.
    studio_try(draft: ConnectionDraft, keys: Vec<String>) -> StudioTrial;
    /// Saves a new connection, its secret in the keychain.
    connection_add(draft: ConnectionDraft) -> ConnectionView;
    /// Saves an edited connection; a secret that is not typed stays. `confirmedRemovals`: the unusual removals that a
    /// person saw in the preview of this edit and confirmed.
    connection_edit(id: String, draft: ConnectionDraft, confirmed_removals: Option<u64>) -> ConnectionView;
    /// Works out what a sync would do if this edit were saved; nothing is saved.
    edit_preview(id: String, draft: ConnectionDraft, refresh: bool) -> EditPreview;
    /// Deletes a connection, and its documents unless they are to be kept.
    connection_delete(id: String, keep_documents: bool) -> ();
    /// Works out what a sync would do; lists the bucket again when asked to, or when it never was.
    preview_make(id: String, refresh: bool) -> PlanSummary;
    /// A part of the last preview of a connection, or of an edit (`id` is then its `previewId`).
    preview_page(id: String, filter: PlanFilter) -> PlanPage;
    /// Writes what a filter leaves of a preview into a new CSV file in the Downloads folder.
    preview_export(id: String, filter: PlanFilter) -> SavedFile;
    /// Starts a sync.
    sync_start(id: String, options: SyncOptions) -> RunView;
    /// Starts a sync of every connection that is not syncing.
    sync_start_all() -> Vec<RunView>;
    /// Cancels a sync; puts that are under way finish.
    sync_cancel(id: String) -> ();
    /// Starts a sync that sends refused documents once more: those of these keys, or all when there are none.
    sync_retry(id: String, keys: Vec<String>) -> RunView;
    /// Pauses a connection, or all: what runs is cancelled, and the schedule starts nothing.
    sync_pause(id: Option<String>, length: PauseLength) -> ();
    /// Lets a paused connection, or all, go on.
    sync_resume(id: Option<String>) -> ();
    /// Why a key is, or is not, in the knowledge base.
    key_why(id: String, key: String) -> KeyStory;
    /// The documents that a connection holds or may hold, page by page.
    document_list(id: String, after: Option<i64>, limit: u32) -> DocumentPage;
    /// Compares what the state file says is held with what the knowledge base holds, and mends the state file.
    connection_audit(id: String) -> AuditReport;
    /// One run.
    run_get(run_id: String) -> RunView;
    /// The newest runs, of one connection or of all.
    run_list(connection_id: Option<String>, limit: u32) -> Vec<RunView>;
    /// The run history, page by page, newest first.
    run_page(filter: RunFilter) -> RunPage;
    /// What became of the objects of a run, page by page, with how many there are of each outcome.
    run_lines(run_id: String, filter: LineFilter) -> RunItems;
    /// Writes what a filter leaves of the lines of a run into a new CSV file in the Downloads folder.
    run_export(run_id: String, filter: LineFilter) -> SavedFile;
    /// Works out what the runs after one run, up to and including another (or up to now), have changed.
    compare_make(from: String, to: Option<String>) -> Comparison;
    /// A part of the last comparison.
    compare_page(comparison_id: String, filter: CompareFilter) -> ComparePage;
    /// Every cause of trouble that stands now, the newest first.
    trouble_list() -> Vec<TroubleView>;
    /// The files of a cause, by key.
    trouble_files(id: String, cause: TroubleCause, offset: u64, limit: u32) -> RunItems;
    /// Starts a sync that tries the files of a cause again; refused documents of other causes stay as they are.
    trouble_retry(id: String, cause: TroubleCause) -> RunView;
    /// Every Supermemory that is known, by address.
    knowledge_base_list() -> Vec<KnowledgeBaseView>;
    /// Keeps an API key for a Supermemory in the keychain.
    knowledge_base_set(draft: KnowledgeBaseDraft) -> KnowledgeBaseView;
    /// Asks a Supermemory who it is and what it can do, with the typed key or else the saved one.
    knowledge_base_test(draft: KnowledgeBaseDraft) -> KnowledgeBaseReport;
    /// Forgets a Supermemory and its API key.
    knowledge_base_forget(address: String) -> ();
    /// Makes a connection that a Supermemory's cloud syncs by itself (`address` empty: Supermemory's own service). The
    /// keys leave this computer.
    hosted_create(address: String, draft: ConnectionDraft) -> HostedConnection;
    /// The hosted S3 connections of a Supermemory, oldest first.
    hosted_list(address: String) -> Vec<HostedConnection>;
    /// One hosted connection with its newest syncs.
    hosted_show(address: String, id: String) -> HostedDetails;
    /// Asks for a sync now, of this hosted connection and of the others under the same container tags.
    hosted_import(address: String, id: String) -> ();
    /// The documents of a hosted connection, and of the others under the same container tags.
    hosted_documents(address: String, id: String) -> Vec<HostedDocument>;
    /// Deletes a hosted connection, and its documents or not.
    hosted_delete(address: String, id: String, delete_documents: bool) -> ();
    /// Makes a hosted connection of the same settings, with the secret from the keychain, and pauses this one until it is
    /// resumed. The keys leave this computer.
    connection_hand_over(id: String, address: String) -> HostedConnection;
    /// Searches where documents go: `library`, or a Supermemory that is known, by its address.
    search(destination: String, query: SearchQuery) -> SearchReply;
    /// The containers of a destination whose tag contains a text, the largest first.
    search_tags(destination: String, text: String, limit: u32) -> TagPage;
    /// A link that reads one object of a connection's bucket for five minutes. Whoever has it may read the object.
    object_link(id: String, key: String) -> ObjectLink;
    /// Writes down what helps to find out why something does not work, without names, buckets, addresses, keys and secrets.
    /// Nothing is saved.
    diagnostics_make() -> Diagnostics;
    /// Saves a report in Downloads, exactly as it was made.
    diagnostics_save(id: String) -> SavedFile;
    /// Whether the local API is to be served, where, and how it stands.
    local_api_get() -> LocalApiView;
    /// Chooses whether the app serves the local API, and on which port. Whether that worked comes as an event.
    local_api_set(enabled: bool, port: u16) -> LocalApiView;
    /// The token of the local API, for a person to copy; `renew` makes another one and ends the one before.
    local_api_token(renew: bool) -> String;
}

fn read_arguments<T: for<'de> Deserialize<'de>>(command: &str, arguments: Value) -> Result<T, ErrorView> {
    let arguments = if arguments.is_null() { Value::Object(serde_json::Map::new()) } else { arguments };
    // serde's message could quote a secret that stands in the wrong place, so only its kind is told.
    serde_json::from_value(arguments).map_err(|e| {
        Error::new(
            ErrorCode::InvalidRequest,
            format!("the arguments of {command} do not fit ({:?} error)", e.classify()),
        )
        .view()
    })
}

fn write_reply<T: serde::Serialize>(command: &str, reply: &T) -> Result<Value, ErrorView> {
    serde_json::to_value(reply).map_err(|e| Error::internal(&format!("writing the reply of {command}"), e).view())
}

#[cfg(test)]
mod tests;
