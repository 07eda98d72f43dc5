//! `hosted`, and `connections hand-over`: connections that Supermemory's cloud syncs by itself.

use std::io::{BufRead, IsTerminal};

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::{Error, ErrorCode, Result};
use s3_connector_engine::view::{HostedConnection, HostedDocument, HostedRun, HostedRunState};

use super::draft;
use crate::arguments::{HandOverArguments, HostedCommand, HostedCreateArguments, HostedDeleteArguments, HostedId};
use crate::exit::Exit;
use crate::output::json::{
    DeletedHosted, DeletedHostedReply, HostedDocumentsReply, HostedImportReply, HostedListReply, HostedReply,
    HostedShowReply,
};
use crate::output::table::{Column, Rows};
use crate::output::text::{count, moment, plain, sentence};
use crate::output::{Face, Output};
use crate::secret::Entered;

/// Does it.
pub async fn run(engine: &Engine, command: HostedCommand, entered: Entered, output: &mut Output) -> Result<Exit> {
    match command {
        HostedCommand::Create(arguments) => create(engine, *arguments, entered, output).await,
        HostedCommand::List(address) => list(engine, address.url, output).await,
        HostedCommand::Show(which) => show(engine, which, output).await,
        HostedCommand::Import(which) => import(engine, which, output).await,
        HostedCommand::Documents(which) => documents(engine, which, output).await,
        HostedCommand::Delete(arguments) => delete(engine, arguments, output).await,
    }
}

async fn create(
    engine: &Engine,
    arguments: HostedCreateArguments,
    entered: Entered,
    output: &mut Output,
) -> Result<Exit> {
    let HostedCreateArguments { fields, address } = arguments;
    let address = fields.to.clone().unwrap_or(address.url);
    let hosted = engine.hosted_create(address, draft::of_new(fields, entered)?).await?;
    match output.face() {
        Face::Json => output.json(&HostedReply { hosted: &hosted })?,
        Face::Terminal | Face::Lines => {
            output.text(&format!("Made the hosted connection {}.", plain(&hosted.id)))?;
            output.note("Supermemory keeps its keys now and syncs it every four hours.");
        }
    }
    Ok(Exit::Done)
}

/// Hands a connection over, once a person has said that the keys may leave this computer.
pub async fn hand_over(engine: &Engine, arguments: HandOverArguments, output: &mut Output) -> Result<Exit> {
    let connection = engine.connection_find(&arguments.name).await?;
    if !arguments.yes {
        let warning = format!(
            "The access key of {} and its secret leave this computer: Supermemory keeps them and reads the bucket itself.",
            plain(&connection.name)
        );
        ask(&warning, output)?;
    }
    let hosted = engine.connection_hand_over(connection.id, arguments.to).await?;
    match output.face() {
        Face::Json => output.json(&HostedReply { hosted: &hosted })?,
        Face::Terminal | Face::Lines => {
            let (name, id) = (plain(&connection.name), plain(&hosted.id));
            output.text(&format!("Handed {name} over to the hosted connection {id}; here it is paused."))?;
            output.note("Its documents stay. When the hosted one is in step, delete the one here.");
        }
    }
    Ok(Exit::Done)
}

/// Asks a person on a terminal; elsewhere nobody could answer.
fn ask(warning: &str, output: &mut Output) -> Result<()> {
    let refused = |detail: String| Err(Error::new(ErrorCode::InvalidRequest, detail));
    let stdin = std::io::stdin();
    if output.face() == Face::Json || !stdin.is_terminal() {
        return refused(format!("{warning} Say yes to that with --yes"));
    }
    output.note(warning);
    output.note("Type yes to go on:");
    let mut answer = String::new();
    // Whoever closes the terminal has not said yes.
    let _ = stdin.lock().read_line(&mut answer);
    if answer.trim() == "yes" { Ok(()) } else { refused("nothing was handed over".into()) }
}

const COLUMNS: &[Column] = &[
    Column::Whole("Id"),
    Column::Words("Bucket"),
    Column::Words("Where"),
    Column::Words("Tags"),
    Column::Number("Limit"),
    Column::Words("Last sync"),
];

async fn list(engine: &Engine, url: String, output: &mut Output) -> Result<Exit> {
    let all = engine.hosted_list(url).await?;
    if output.face() == Face::Json {
        output.json(&HostedListReply { hosted: &all })?;
    } else if all.is_empty() {
        output.note("There are no hosted connections. Make one with: s3c hosted create --help");
    } else {
        let mut rows = Rows::begin(COLUMNS, output)?;
        for hosted in &all {
            rows.add(cells(hosted), output)?;
        }
        rows.end(output)?;
    }
    Ok(Exit::Done)
}

fn cells(hosted: &HostedConnection) -> Vec<String> {
    let place = match hosted.prefix.as_str() {
        "" => hosted.bucket.clone(),
        prefix => format!("{}/{prefix}", hosted.bucket),
    };
    let whereabouts = if hosted.endpoint.is_empty() { &hosted.region } else { &hosted.endpoint };
    vec![
        plain(&hosted.id).into_owned(),
        plain(&place).into_owned(),
        plain(whereabouts).into_owned(),
        plain(&hosted.container_tags.join(", ")).into_owned(),
        hosted.document_limit.map(count).unwrap_or_default(),
        hosted.last_run.as_ref().map_or_else(|| "not told".into(), told),
    ]
}

fn told(run: &HostedRun) -> String {
    let at = run.completed_at.or(run.started_at).map(|at| format!(" {}", moment(at))).unwrap_or_default();
    format!("{}{at}", state_word(run.state))
}

const fn state_word(state: HostedRunState) -> &'static str {
    match state {
        HostedRunState::Running => "running",
        HostedRunState::Completed => "completed",
        HostedRunState::Failed => "failed",
    }
}

const RUN_COLUMNS: &[Column] = &[
    Column::Words("Started"),
    Column::Words("State"),
    Column::Words("By"),
    Column::Number("Documents"),
    Column::Number("Failed"),
    Column::Words("Error"),
];

async fn show(engine: &Engine, HostedId { id, address }: HostedId, output: &mut Output) -> Result<Exit> {
    let details = engine.hosted_show(address.url, id).await?;
    if output.face() == Face::Json {
        output.json(&HostedShowReply { hosted: &details.connection, runs: &details.runs })?;
        return Ok(Exit::Done);
    }
    let mut rows = Rows::begin(COLUMNS, output)?;
    rows.add(cells(&details.connection), output)?;
    rows.end(output)?;
    if details.runs.is_empty() {
        output.note("No syncs are told.");
        return Ok(Exit::Done);
    }
    let mut rows = Rows::begin(RUN_COLUMNS, output)?;
    for run in &details.runs {
        let words = |text: &Option<String>| sentence(text.as_deref().unwrap_or_default()).into_owned();
        let cells = vec![
            run.started_at.map(moment).unwrap_or_default(),
            state_word(run.state).to_owned(),
            words(&run.trigger),
            run.processed.map(count).unwrap_or_default(),
            run.failed.map(count).unwrap_or_default(),
            words(&run.error),
        ];
        rows.add(cells, output)?;
    }
    rows.end(output)?;
    Ok(Exit::Done)
}

async fn import(engine: &Engine, HostedId { id, address }: HostedId, output: &mut Output) -> Result<Exit> {
    engine.hosted_import(address.url, id.clone()).await?;
    match output.face() {
        Face::Json => output.json(&HostedImportReply { import: &id })?,
        Face::Terminal | Face::Lines => output.text("Asked for a sync; `hosted show` tells how it goes.")?,
    }
    Ok(Exit::Done)
}

const DOCUMENT_COLUMNS: &[Column] = &[
    Column::Words("Title"),
    Column::Words("Status"),
    Column::Words("Type"),
    Column::Words("Changed"),
    Column::Whole("Id"),
];

async fn documents(engine: &Engine, HostedId { id, address }: HostedId, output: &mut Output) -> Result<Exit> {
    let documents = engine.hosted_documents(address.url, id).await?;
    if output.face() == Face::Json {
        output.json(&HostedDocumentsReply { documents: &documents })?;
    } else if documents.is_empty() {
        output.note("It has no documents yet.");
    } else {
        let mut rows = Rows::begin(DOCUMENT_COLUMNS, output)?;
        for document in &documents {
            rows.add(document_cells(document), output)?;
        }
        rows.end(output)?;
    }
    Ok(Exit::Done)
}

fn document_cells(document: &HostedDocument) -> Vec<String> {
    let words = |text: &Option<String>| sentence(text.as_deref().unwrap_or_default()).into_owned();
    vec![
        words(&document.title),
        sentence(&document.status).into_owned(),
        words(&document.kind),
        document.updated_at.map(moment).unwrap_or_default(),
        plain(&document.id).into_owned(),
    ]
}

async fn delete(engine: &Engine, arguments: HostedDeleteArguments, output: &mut Output) -> Result<Exit> {
    let HostedDeleteArguments { hosted: HostedId { id, address }, delete_documents, .. } = arguments;
    engine.hosted_delete(address.url, id.clone(), delete_documents).await?;
    match output.face() {
        Face::Json => {
            let deleted = DeletedHosted { id: &id, documents_deleted: delete_documents };
            output.json(&DeletedHostedReply { deleted })?;
        }
        Face::Terminal | Face::Lines => {
            let documents = if delete_documents { "with its documents" } else { "its documents stay where they are" };
            output.text(&format!("Deleted {}, {documents}.", plain(&id)))?;
        }
    }
    Ok(Exit::Done)
}
