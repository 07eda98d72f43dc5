//! The background loop without a window: what is due runs, what is paused does not, a signal ends it cleanly.

use s3_connector_tests::memory_s3::{MemoryS3, On};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::program::{BUCKET, DEADLINE, Ended, S3c, end_of, keys};

/// A watch whose lines are read while it goes on.
struct Watch {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Watch {
    fn start(s3c: &S3c, words: &[&str]) -> Self {
        let mut child = s3c.start(&[words, &["watch"]].concat());
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    async fn line(&mut self) -> Option<String> {
        tokio::time::timeout(DEADLINE, self.lines.next_line()).await.expect("a line in time").unwrap()
    }

    async fn event(&mut self) -> Value {
        serde_json::from_str(&self.line().await.expect("a line before the end")).unwrap()
    }

    async fn signal(&self, name: &str) {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().await.unwrap().success());
    }

    /// The rest of its lines, and how it ended.
    async fn end(mut self) -> (Vec<String>, Ended) {
        let mut rest = Vec::new();
        while let Some(line) = self.line().await {
            rest.push(line);
        }
        (rest, end_of(self.child).await)
    }
}

/// Makes connections due: as if they had been added an hour ago.
fn make_due(s3c: &S3c) {
    let db = rusqlite::Connection::open(s3c.home().join("s3c/state.db")).unwrap();
    let changed = db.execute("UPDATE connections SET created_at = created_at - 3600000", []).unwrap();
    assert!(changed > 0);
}

#[tokio::test]
async fn a_connection_that_is_due_is_synced_and_told_and_a_signal_ends_the_watch() {
    let server = MemoryS3::start().await;
    for signal in ["TERM", "INT"] {
        server.put(BUCKET, "users/u1/a.md", "cuscus");
        let s3c = S3c::new(&server);
        s3c.add_notes(&server).await;
        s3c.answer(&["connections", "edit", "notes", "--every", "5"]).await;
        make_due(&s3c);
        let mut watch = Watch::start(&s3c, &["--json"]);
        let (started, ended) = (watch.event().await, watch.event().await);
        assert_eq!((&started["event"], &ended["event"]), (&json!("started"), &json!("ended")));
        assert_eq!(started["run"]["id"], ended["run"]["id"]);
        let run = &ended["run"];
        assert_eq!((&run["connectionName"], &run["trigger"]), (&json!("notes"), &json!("schedule")));
        assert_eq!((&run["state"], &run["sent"]), (&json!("completed"), &json!(1)));
        let busy = s3c.run(&["--json", "connections", "list"]).await;
        assert_eq!(busy.error(1)["code"], "data_folder_busy");
        watch.signal(signal).await;
        let (rest, end) = watch.end().await;
        assert_eq!((rest, end.exit, end.errors.as_str()), (Vec::new(), Some(0), ""));
        assert_eq!(s3c.answer(&["runs", "notes"]).await["runs"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_signal_stops_the_syncs_under_way_and_the_next_one_goes_on() {
    let server = MemoryS3::start().await;
    for note in 0..60 {
        server.put(BUCKET, &format!("users/u1/{note:02}.md"), format!("cuscus {note}"));
    }
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    make_due(&s3c);
    let gate = server.hold(On::Key("users/u1/20.md".into()));
    // Four hours are the default: as if it had been added the day before.
    (0..24).for_each(|_| make_due(&s3c));
    let mut watch = Watch::start(&s3c, &["--json"]);
    assert_eq!(watch.event().await["event"], "started");
    gate.arrived(1).await;
    watch.signal("TERM").await;
    gate.open();
    let ended = watch.event().await;
    assert_eq!((&ended["event"], &ended["run"]["state"]), (&json!("ended"), &json!("cancelled")));
    let (rest, end) = watch.end().await;
    assert_eq!((rest, end.exit), (Vec::new(), Some(0)));
    let sent = ended["run"]["sent"].as_u64().unwrap();
    assert!(sent < 60, "{ended}");
    assert_eq!(s3c.answer(&["sync", "notes"]).await["run"]["sent"], 60 - sent);
    assert_eq!(keys(&s3c.answer(&["search", "cuscus", "--limit", "100"]).await["results"]).len(), 60);
}

#[tokio::test]
async fn what_is_paused_or_by_hand_only_is_not_synced() {
    let server = MemoryS3::start().await;
    let s3c = S3c::new(&server);
    for name in ["due", "paused", "manual"] {
        let bucket = format!("bucket-{name}");
        server.put(&bucket, "a.md", "cuscus");
        s3c.add(&server, name, &bucket, &["--container-tag", "t", "--credentials", "environment", "--every", "5"])
            .await;
    }
    s3c.answer(&["connections", "pause", "paused"]).await;
    s3c.answer(&["connections", "edit", "manual", "--every", "manual"]).await;
    make_due(&s3c);
    // All that are due start together, so whatever else would start has started when one has ended.
    let mut watch = Watch::start(&s3c, &["--json"]);
    let told = [watch.event().await, watch.event().await];
    assert!(told.iter().all(|event| event["run"]["connectionName"] == "due"), "{told:?}");
    watch.signal("TERM").await;
    assert_eq!(watch.end().await.1.exit, Some(0));
    for name in ["paused", "manual"] {
        assert_eq!(s3c.answer(&["runs", name]).await, json!({"runs": []}));
    }
}

#[tokio::test]
async fn a_person_reads_one_line_for_each_start_and_end() {
    let server = MemoryS3::start().await;
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    (0..24).for_each(|_| make_due(&s3c));
    let mut watch = Watch::start(&s3c, &[]);
    let (started, ended) = (watch.line().await.unwrap(), watch.line().await.unwrap());
    assert!(started.ends_with("\tnotes\tSync started, as scheduled."), "{started}");
    assert!(ended.contains("\tnotes\tFailed: ") && ended.contains("Bucket not found. Verify"), "{ended}");
    watch.signal("TERM").await;
    let (rest, end) = watch.end().await;
    assert_eq!((rest, end.exit), (Vec::new(), Some(0)));
    assert!(end.errors.starts_with("Watching 1 connection; next: notes at "), "{end:#?}");
}
