#![allow(clippy::unwrap_used)]

use std::cell::RefCell;
use std::rc::Rc;

use s3_connector_engine::error::FieldError;

use super::*;
use crate::output::table::{Column, Rows};

/// A writer whose text can be read while it is in use.
#[derive(Clone, Default)]
struct Paper(Rc<RefCell<Vec<u8>>>);

impl Paper {
    fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A writer that fails.
struct Broken(io::ErrorKind);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }
    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}

fn on_paper(face: Face) -> (Output, Paper, Paper) {
    let (answers, errors) = (Paper::default(), Paper::default());
    (Output::new(face, Box::new(answers.clone()), Box::new(errors.clone())), answers, errors)
}

#[test]
fn answers_and_errors_go_separate_ways() {
    for face in [Face::Json, Face::Terminal, Face::Lines] {
        let (mut output, answers, errors) = on_paper(face);
        output.text("answer").unwrap();
        assert_eq!(output.error(&Error::new(ErrorCode::AccessDenied, "facts").view()), Exit::Failed);
        assert_eq!(answers.text(), "answer\n");
        assert!(errors.text().contains("Access denied") && errors.text().contains("facts"));
    }
}

#[test]
fn a_program_gets_one_line_of_json_and_no_notes() {
    let (mut output, answers, errors) = on_paper(Face::Json);
    output.note("by the way");
    assert_eq!(errors.text(), "");
    output.json(&serde_json::json!({"key": "a\nb"})).unwrap();
    assert_eq!(answers.text(), "{\"key\":\"a\\nb\"}\n");
    output.error(&Error::new(ErrorCode::Internal, "line\nbreak").view());
    assert_eq!(errors.text().lines().count(), 1);
}

#[test]
fn a_person_reads_what_happened_then_what_to_do_then_the_facts() {
    let (mut output, _, errors) = on_paper(Face::Terminal);
    output.error(&Error::new(ErrorCode::AuthenticationFailed, "the server said \u{1b}[31mno").view());
    assert_eq!(
        errors.text(),
        "error: Authentication failed (401)\n  Verify access key and secret.\n  the server said \\u{1b}[31mno\n"
    );
}

#[test]
fn wrong_fields_are_told_one_by_one_with_their_place() {
    let (mut output, _, errors) = on_paper(Face::Lines);
    let field = |name: &str, span| FieldError { field: name.into(), message: "No.".into(), span };
    let exit =
        output.error(&Error::fields(vec![field("bucket", None), field("containerTagRegex", Some((4, 5)))]).view());
    assert_eq!(exit, Exit::Usage);
    assert!(errors.text().ends_with("  bucket: No.\n  containerTagRegex: No. (at character 5)\n"), "{}", errors.text());
}

#[test]
fn a_reader_that_goes_away_is_no_error_and_a_full_disk_is_one() {
    let broken = |kind| Output::new(Face::Lines, Box::new(Broken(kind)), Box::new(Paper::default()));
    let mut output = broken(io::ErrorKind::BrokenPipe);
    output.text("one").unwrap();
    output.text("two").unwrap();
    output.finish().unwrap();
    let mut output = broken(io::ErrorKind::StorageFull);
    assert_eq!(output.text("one").unwrap_err().code, ErrorCode::DiskFull);
}

#[test]
fn rows_are_a_table_on_a_terminal_and_tab_separated_elsewhere() {
    const COLUMNS: &[Column] = &[Column::Words("Key"), Column::Number("Size")];
    let write = |face| {
        let (mut output, answers, _) = on_paper(face);
        let mut rows = Rows::begin(COLUMNS, &mut output).unwrap();
        rows.add(vec!["a.md".into(), "4.2 KB".into()], &mut output).unwrap();
        rows.end(&mut output).unwrap();
        answers.text()
    };
    assert_eq!(write(Face::Lines), "Key\tSize\na.md\t4.2 KB\n");
    let table = write(Face::Terminal);
    assert!(table.lines().count() >= 4 && !table.contains('\t') && !table.contains('\u{1b}'), "{table}");
}
