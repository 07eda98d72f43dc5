//! Processes of our own: started in a group of their own, ended with everything they started, and only those.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

const START: Duration = Duration::from_secs(20);
const END: Duration = Duration::from_secs(5);

/// A running program. Dropping it ends it and its children.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
}

impl Process {
    /// Starts it. What it says goes nowhere unless `command` says otherwise.
    pub fn start(mut command: Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).process_group(0);
        let child = command.spawn().unwrap_or_else(|e| panic!("cannot start {name}: {e}"));
        Self { name, child }
    }

    /// Starts it quietly.
    pub fn start_quietly(mut command: Command) -> Self {
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Self::start(command)
    }

    /// Starts it and waits for its first line.
    pub fn start_and_hear(mut command: Command) -> (Self, String) {
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = Self::start(command);
        let stdout = process.child.stdout.take().expect("the output is piped");
        let (sender, receiver) = mpsc::channel();
        // Reads on after the first line: a program whose output nobody takes stops when the pipe is full.
        std::thread::spawn(move || {
            let mut reader = BufReader::new(stdout);
            let mut line = String::new();
            let _ = reader.read_line(&mut line);
            let _ = sender.send(line.trim().to_owned());
            let _ = reader.read_to_end(&mut Vec::new());
        });
        let line = receiver.recv_timeout(START).unwrap_or_default();
        assert!(!line.is_empty(), "{} did not say that it is ready", process.name);
        (process, line)
    }

    /// Starts it with this on its standard input.
    pub fn start_and_tell(mut command: Command, input: &[u8]) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let mut child = command.spawn().unwrap_or_else(|e| panic!("cannot start {name}: {e}"));
        child.stdin.take().expect("the input is piped").write_all(input).expect("the program reads its input");
        Self { name, child }
    }

    /// Its exit code, if it has ended.
    pub fn ended(&mut self) -> Option<i32> {
        self.child.try_wait().ok().flatten().map(|status| status.code().unwrap_or(-1))
    }

    fn signal(&self, signal: &str) {
        // The group, so that what it started ends too.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-s", signal, "--", &group]).stderr(Stdio::null()).status();
    }

    fn ends_within(&mut self, deadline: Duration) -> bool {
        let end = Instant::now() + deadline;
        while Instant::now() < end {
            if self.ended().is_some() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal("TERM");
        if !self.ends_within(END) {
            self.signal("KILL");
            let _ = self.child.wait();
        }
        // Children that outlived it are still in its group.
        self.signal("KILL");
    }
}
