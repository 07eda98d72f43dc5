//! `browser [first | full | vast [OBJECTS]]`: serves a world to a browser until it is ended, and prints the address of its
//! window. For whoever works on the window: build it with `npm run build:browser`, open the address, build again, reload.

#![allow(clippy::print_stdout, reason = "its voice is the terminal")]

use std::process::ExitCode;

use s3_connector_tests::showroom::Showroom;

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut room = match words.as_slice() {
        ["first"] => Showroom::first().await,
        [] | ["full"] => Showroom::full().await,
        ["vast"] => Showroom::vast(1_000_000).await,
        ["vast", objects] => Showroom::vast(objects.parse().unwrap_or(1_000_000)).await,
        _ => {
            println!("one of: first, full, vast [OBJECTS]");
            return ExitCode::from(2);
        }
    };
    println!("{}", room.url());
    println!("{}", room.place());
    let _ = tokio::signal::ctrl_c().await;
    room.engine.shut_down().await;
    ExitCode::SUCCESS
}
