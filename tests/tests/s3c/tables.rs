//! A preview, and the lines of a sync, as tables for a spreadsheet.

use s3_connector_tests::memory_s3::MemoryS3;
use serde_json::json;

use super::program::{BUCKET, S3c};

#[tokio::test]
async fn a_preview_is_written_as_a_table_into_a_file_or_a_pipe() {
    let server = MemoryS3::start().await;
    server.put(BUCKET, "users/u1/=1+1.md", "a dingo");
    server.put(BUCKET, "users/u1/a,b.md", "a quokka");
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;

    let piped = s3c.run(&["preview", "notes", "--csv", "-"]).await;
    assert_eq!(piped.exit, Some(0), "{piped:#?}");
    let lines: Vec<&str> = piped.answer.lines().collect();
    assert_eq!(lines[0], "\u{feff}Key,Size in bytes,Modified,Tag,What happens,Why");
    assert!(lines[2].starts_with("\"users/u1/a,b.md\",8,"), "{piped:#?}");

    let file = s3c.home().join("plan.csv");
    std::fs::write(&file, "of before").unwrap();
    let path = file.to_str().unwrap();
    assert_eq!(s3c.answer(&["preview", "notes", "--csv", path]).await, json!({"path": path, "rows": 2}));
    assert_eq!(std::fs::read_to_string(&file).unwrap().trim_end(), piped.answer.trim_end());

    let nowhere = s3c.home().join("nowhere/plan.csv");
    let refused = s3c.run(&["--json", "preview", "notes", "--csv", nowhere.to_str().unwrap()]).await;
    assert_eq!(refused.error(1)["code"], "file_not_written");
    let both = s3c.run(&["preview", "notes", "--csv", "-", "--limit", "1"]).await;
    assert_eq!(both.exit, Some(2), "a table is whole");
}

#[tokio::test]
async fn the_lines_of_a_sync_are_written_as_a_table_all_or_of_one_outcome() {
    let server = MemoryS3::start().await;
    server.put(BUCKET, "users/u1/=1+1.md", "a dingo");
    server.put(BUCKET, "users/u1/picture.png", "a quokka");
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    let run = s3c.answer(&["sync", "notes"]).await["run"]["id"].as_str().unwrap().to_owned();

    let piped = s3c.run(&["items", &run, "--csv", "-"]).await;
    assert_eq!((piped.exit, piped.answer.lines().count()), (Some(0), 3), "{piped:#?}");
    assert!(piped.answer.starts_with("\u{feff}Key,Size in bytes,When,Tag,What happened,Why\r\n"), "{piped:#?}");
    let file = s3c.home().join("lines.csv");
    let path = file.to_str().unwrap();
    assert_eq!(s3c.answer(&["items", &run, "--sent", "--csv", path]).await, json!({"path": path, "rows": 1}));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.lines().nth(1).unwrap().starts_with("users/u1/=1+1.md,7,20"), "{text}");
    assert!(text.trim_end().ends_with("Z,u1,new,"), "{text}");
}
