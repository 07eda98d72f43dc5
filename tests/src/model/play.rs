//! Plays a script to its end: what it says, then calm until nothing moves, then the judgement of the rest.

use std::collections::BTreeMap;

use s3_connector_engine::laws::Laws;
use s3_connector_engine::plan::DocumentRow;
use s3_connector_engine::view::RunState;

use super::pipeline::Doc;
use super::script::{Faults, Op, print};
use super::stage::Stage;

/// Undisturbed runs after which everything has to be still.
const PATIENCE: u32 = 8;
/// From whatever state, so many undisturbed runs have anything to do before all is as desired: one that waits for the
/// pipeline, one that removes what was superseded, and those after a time in which something could still have landed.
pub const CALM: u32 = 4;
/// In calm, a person says yes to the brake.
const YES: u64 = 99;

/// How a script ended.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// What went wrong, in the order in which it was noticed.
    pub wrong: Vec<&'static str>,
    /// Puts of what was there already, or was on its way.
    pub repeats: u32,
    /// Puts whose outcome the disk did not know when their run ended.
    pub unanswered: u32,
    /// Undisturbed runs until nothing had to be done any more.
    pub calm: u32,
    /// I/Os of the last run of the script.
    pub ios: u32,
    /// What happened, where it was asked for.
    pub story: Vec<String>,
}

/// Plays a script.
pub fn play(script: &[Op], laws: Laws) -> Report {
    play_on(&mut Stage::new(laws), script)
}

/// Plays a script on a stage where others were played before.
pub fn play_on(stage: &mut Stage, script: &[Op]) -> Report {
    stage.clear();
    Player { stage, report: Report::default() }.play(script)
}

/// Plays a script and tells what happened at every I/O.
pub fn tell(script: &[Op], laws: Laws) -> String {
    let mut stage = Stage::new(laws);
    stage.world().state().story = Some(Vec::new());
    let report = Player { stage: &mut stage, report: Report::default() }.play(script);
    format!("{}\n{}\nwrong: {:?}", print(script), report.story.join("\n"), report.wrong)
}

struct Player<'a> {
    stage: &'a mut Stage,
    report: Report,
}

impl Player<'_> {
    fn play(mut self, script: &[Op]) -> Report {
        for op in script {
            self.say(&op.to_string());
            self.stage.world().state().happen(op);
            match op {
                Op::Run(faults) => {
                    self.run(faults);
                    self.report.ios = self.stage.world().state().ios;
                }
                Op::Settle(faults) => {
                    self.stage.settle(faults);
                    self.report.ios = self.stage.world().state().ios;
                }
                Op::Lose => self.stage.lose(),
                Op::Retry => self.stage.retry(),
                _ => {}
            }
        }
        self.calm();
        let mut state = self.stage.world().state();
        state.judge_rest();
        drop(state);
        self.again();
        let mut state = self.stage.world().state();
        if state.repeats > state.unanswered {
            state.fail("sent twice without need");
        }
        let mut report = self.report;
        (report.repeats, report.unanswered) = (state.repeats, state.unanswered);
        report.wrong = std::mem::take(&mut state.wrong);
        report.story = state.story.take().unwrap_or_default();
        report
    }

    fn run(&mut self, faults: &Faults) -> Option<RunState> {
        let end = self.stage.run(faults);
        self.say(&format!("  the run ended: {end:?}"));
        end
    }

    /// All stands still but the engine, until it has nothing to do either.
    fn calm(&mut self) {
        for round in 0..PATIENCE {
            self.say("in calm");
            let before = self.look();
            self.run(&Faults { hits: Vec::new(), confirmed: YES });
            let after_run = self.look();
            self.stage.world().state().happen(&Op::Wait);
            self.report.calm = round;
            let untouched = self.stage.world().state().touched == 0;
            if untouched && before == after_run && after_run == self.look() {
                return;
            }
        }
        self.stage.world().state().fail("never comes to rest");
    }

    /// A run right after one that left nothing to do plans nothing and writes nothing.
    fn again(&mut self) {
        self.say("once more");
        let before = self.look();
        let end = self.run(&Faults::default());
        let after = self.look();
        let mut state = self.stage.world().state();
        if end != Some(RunState::Completed) {
            state.fail("an undisturbed run did not complete");
        }
        if before != after || state.touched > 0 {
            state.fail("a run right after a completed one does something");
        }
    }

    /// Everything that a run may change.
    fn look(&self) -> (Vec<DocumentRow>, BTreeMap<u64, Doc>, u32) {
        let mut state = self.stage.world().state();
        (state.rows.all(), state.base.docs.clone(), state.writes)
    }

    fn say(&self, line: &str) {
        if let Some(story) = &mut self.stage.world().state().story {
            story.push(line.to_owned());
        }
    }
}
