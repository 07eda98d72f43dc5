//! What a program takes: time, work and memory, of a process of its own.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How often a process is looked at, to see its memory before it ends.
const LOOK: Duration = Duration::from_millis(2);

/// What a program took, and what it said.
#[derive(Debug, Default)]
pub struct Taken {
    /// From its start to its end, whatever else the machine did meanwhile.
    pub time: Duration,
    /// Processor time, in hundredths of a second.
    pub work: u64,
    /// Highest resident memory, in KiB.
    pub memory: u64,
    /// Lines that it wrote, and the last of them.
    pub lines: u64,
    pub last: String,
}

impl Taken {
    /// Runs a program to its end.
    pub fn by(command: &mut Command) -> Self {
        let begun = Instant::now();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let (mut out, mut complaint) =
            (child.stdout.take().expect("its voice"), child.stderr.take().expect("its voice"));
        let heard = std::thread::spawn(move || listen(&mut out));
        let complained = std::thread::spawn(move || listen(&mut complaint));
        let mut taken = Self::default();
        let status = loop {
            // The kernel counts; the last look before the end is the answer.
            taken.memory = high_water(child.id()).unwrap_or(taken.memory);
            taken.work = worked(child.id()).unwrap_or(taken.work);
            if let Some(status) = child.try_wait().expect("its end") {
                break status;
            }
            std::thread::sleep(LOOK);
        };
        taken.time = begun.elapsed();
        (taken.lines, taken.last) = heard.join().expect("what it said");
        let (_, complaint) = complained.join().expect("what it complained about");
        assert!(status.success(), "{command:?} ended with {status}: {}; {complaint}", taken.last);
        taken
    }

    pub fn seconds(&self) -> f64 {
        self.time.as_secs_f64()
    }

    pub fn megabytes(&self) -> f64 {
        self.memory as f64 / 1024.0
    }
}

/// Counts lines without keeping them: somebody who lists writes one for every key.
fn listen(out: &mut impl Read) -> (u64, String) {
    let (mut buffer, mut lines, mut last) = (vec![0; 1 << 16], 0, Vec::new());
    loop {
        let read = out.read(&mut buffer).expect("what it says");
        if read == 0 {
            return (lines, String::from_utf8_lossy(&last).trim().to_owned());
        }
        let said = &buffer[..read];
        lines += said.iter().filter(|byte| **byte == b'\n').count() as u64;
        last.extend_from_slice(said);
        let begin = last.trim_ascii_end().iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        last.drain(..begin);
    }
}

/// The middle one of several, by time.
pub fn middle<T>(mut several: Vec<T>, seconds: impl Fn(&T) -> f64) -> Option<T> {
    several.sort_by(|a, b| seconds(a).total_cmp(&seconds(b)));
    let middle = several.len() / 2;
    several.into_iter().nth(middle)
}

/// `VmHWM` of a process, in KiB.
pub fn high_water(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Processor time of a process in user and system mode, in hundredths of a second (`proc_pid_stat(5)`: fields 14 and 15,
/// of which the second field, the name, may have spaces).
pub fn worked(process: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    // A process that has ended and is not waited for yet has no memory any more, and shows what it worked.
    Some(user + system)
}
