//! Makes a script that goes wrong shorter, as long as the same thing goes wrong.

use s3_connector_engine::laws::Laws;

use super::play::play;
use super::script::{Faults, Op, Script};

/// The shortest script that can be found by taking things away.
pub fn shrink(script: Script, laws: Laws, why: &str) -> Script {
    let mut shortest = script;
    loop {
        let found = shorter(&shortest).find(|script| play(script, laws).wrong.contains(&why));
        match found {
            Some(script) => shortest = script,
            None => return shortest,
        }
    }
}

/// The scripts that have one thing less, one operation or one fault.
fn shorter(script: &Script) -> impl Iterator<Item = Script> {
    (0..script.len()).flat_map(move |i| {
        let without =
            |op: Option<Op>| script[..i].iter().cloned().chain(op).chain(script[i + 1..].iter().cloned()).collect();
        let mut scripts: Vec<Script> = vec![without(None)];
        let (faults, op): (_, fn(Faults) -> Op) = match &script[i] {
            Op::Run(faults) => (faults, Op::Run),
            Op::Settle(faults) => (faults, Op::Settle),
            _ => return scripts,
        };
        scripts.extend((0..faults.hits.len()).map(|hit| {
            let mut fewer = faults.clone();
            fewer.hits.remove(hit);
            without(Some(op(fewer)))
        }));
        scripts
    })
}
