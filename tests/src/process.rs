//! Processes of our own: started in a group of their own, ended with everything they started, and only those.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::tools::installed;

const START: Duration = Duration::from_secs(20);
const END: Duration = Duration::from_secs(5);

/// A running program. Dropping it ends it and its children.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
}

impl Process {
    /// Starts it; it speaks where the test speaks.
    pub fn start(command: Command) -> Self {
        Self::spawn(&command, ends_with_us(&command).stdin(Stdio::null()))
    }

    /// Starts it quietly.
    pub fn start_quietly(command: Command) -> Self {
        let mut tied = ends_with_us(&command);
        Self::spawn(&command, tied.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()))
    }

    /// Starts it and waits for its first line.
    pub fn start_and_hear(command: Command) -> (Self, String) {
        let mut tied = ends_with_us(&command);
        let mut process = Self::spawn(&command, tied.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()));
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
    pub fn start_and_tell(command: Command, input: &[u8]) -> Self {
        let mut tied = ends_with_us(&command);
        let mut process = Self::spawn(&command, tied.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()));
        let mut stdin = process.child.stdin.take().expect("the input is piped");
        stdin.write_all(input).unwrap_or_else(|e| panic!("{} does not read its input: {e}", process.name));
        process
    }

    fn spawn(named: &Command, command: &mut Command) -> Self {
        let name = named.get_program().to_string_lossy().into_owned();
        let child = command.process_group(0).spawn().unwrap_or_else(|e| panic!("cannot start {name}: {e}"));
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

/// The same program, told by the system to end when the thread that started it ends: a test that is killed cannot
/// clean up behind itself. Where there is no `setpriv` it is only ended when dropped.
fn ends_with_us(command: &Command) -> Command {
    let mut tied = match installed("setpriv") {
        Some(setpriv) => {
            let mut tied = Command::new(setpriv);
            tied.args(["--pdeathsig", "TERM", "--"]).arg(command.get_program());
            tied
        }
        None => Command::new(command.get_program()),
    };
    tied.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => tied.env(name, value),
            None => tied.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        tied.current_dir(folder);
    }
    tied
}
