//! Random scripts: a connection, some objects brought in, then trouble. The seed is the script.

use s3_connector_engine::connection::OnGone;

use super::script::{At, Change, Fault, Faults, Io, Op, Rule, Script};

/// Contents that the knowledge base indexes.
const GOOD: [char; 3] = ['a', 'b', 'c'];
/// Contents that it does not.
const BAD: [char; 3] = ['P', 'V', 'R'];
const FAULTS: [Fault; 14] = [
    Fault::Crash,
    Fault::Crash,
    Fault::CrashLate,
    Fault::CrashLate,
    Fault::Lost,
    Fault::Late,
    Fault::Down,
    Fault::Dead,
    Fault::Cut,
    Fault::Lie,
    Fault::Blind,
    Fault::Cancel,
    Fault::Land,
    Fault::Work,
];
const RULES: [Rule; 6] = [Rule::A, Rule::A, Rule::B, Rule::B, Rule::Own, Rule::None];
/// Keys of a wide world: more than the brake lets go, more than there are lanes.
const WIDE: u32 = 13;

/// SplitMix64 (<https://prng.di.unimi.it/splitmix64.c>): the same numbers on every machine and in every version.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// Whether something of this many in a hundred happens.
    fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }

    fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len() as u64) as usize]
    }
}

/// The script of a seed.
pub fn random_script(seed: u64) -> Script {
    let mut chance = Chance(seed);
    let wide = chance.percent(5);
    let count = if wide { WIDE } else { *chance.pick(&[1, 1, 2, 3]) };
    let keys: Vec<String> = (1..=count).map(|number| format!("k{number}")).collect();
    let limit = if wide { *chance.pick(&[12, 13, 20]) } else { *chance.pick(&[1, 2, 3, 3]) };
    let mut script = vec![Op::Limit(limit), Op::Gone(gone(&mut chance))];
    if chance.percent(25) {
        script.insert(0, Op::Library);
    }
    for key in &keys {
        if wide || chance.percent(70) {
            script.push(Op::Change(Change::Put(key.clone(), *chance.pick(&GOOD))));
        }
    }
    if chance.percent(80) {
        script.extend([Op::Run(Faults::default()), Op::Wait, Op::Run(Faults::default())]);
    }
    for _ in 0..*chance.pick(&[3, 6, 9, 12]) {
        script.push(any_op(&mut chance, &keys));
    }
    script
}

fn any_op(chance: &mut Chance, keys: &[String]) -> Op {
    match chance.below(100) {
        0..33 => Op::Change(any_change(chance, keys)),
        33..43 => Op::Rule(*chance.pick(&RULES)),
        43..46 => {
            // Nobody is excluded in two of four.
            let count = *chance.pick(&[0, 0, 1, 2]);
            Op::Out(keys.iter().take(count).cloned().collect())
        }
        46..49 => Op::Limit(*chance.pick(&[1, 2, 3])),
        49..52 => Op::Gone(gone(chance)),
        52 => Op::Retry,
        53..68 => chance.pick(&[Op::Wait, Op::Land, Op::Work, Op::Work]).clone(),
        68..76 => Op::Settle(Faults { confirmed: 0, ..any_faults(chance, keys) }),
        _ => Op::Run(any_faults(chance, keys)),
    }
}

fn any_change(chance: &mut Chance, keys: &[String]) -> Change {
    let key = chance.pick(keys).clone();
    match chance.below(9) {
        0..4 => Change::Put(key, *chance.pick(&GOOD)),
        4 => Change::Put(key, *chance.pick(&BAD)),
        5 | 6 => Change::Delete(key),
        7 => Change::Touch(key),
        _ => Change::Archive(key),
    }
}

fn any_faults(chance: &mut Chance, keys: &[String]) -> Faults {
    let mut hits: Vec<(At, Fault)> = Vec::new();
    for _ in 0..*chance.pick(&[0, 1, 1, 1, 2, 3]) {
        let at = if chance.percent(50) {
            At::Any(1 + chance.below(30) as u32)
        } else {
            At::Kind(*chance.pick(&Io::ALL), *chance.pick(&[1, 1, 2, 3]))
        };
        let fault =
            if chance.percent(15) { Fault::Change(any_change(chance, keys)) } else { chance.pick(&FAULTS).clone() };
        if hits.iter().all(|(other, _)| *other != at) {
            hits.push((at, fault));
        }
    }
    Faults { hits, confirmed: *chance.pick(&[0, 0, 0, 1, 2]) }
}

fn gone(chance: &mut Chance) -> OnGone {
    *chance.pick(&[OnGone::Keep, OnGone::Remove])
}
