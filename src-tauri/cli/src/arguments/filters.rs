//! `--include` and `--exclude`: one list of rules, in the order in which they were typed.

use clap::{ArgMatches, Args, Command, FromArgMatches};
use s3_connector_engine::scope::{FilterDraft, FilterKind};

/// The rules of a command line; `None` where it says nothing of them.
#[derive(Debug, Clone, Default)]
pub struct Filters(pub Option<Vec<FilterDraft>>);

/// What can be typed. clap keeps a list for each option; their common order is in the indices.
#[derive(Debug, Args)]
struct Globs {
    /// Take keys that match this pattern; of all patterns, the last that matches a key decides (repeatable)
    #[arg(long, value_name = "GLOB")]
    include: Vec<String>,
    /// Leave out keys that match this pattern; see --include (repeatable)
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Take every key: no include and no exclude patterns
    #[arg(long, conflicts_with_all = ["include", "exclude"])]
    no_filters: bool,
}

impl Args for Filters {
    fn augment_args(command: Command) -> Command {
        Globs::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Globs::augment_args_for_update(command)
    }
}

impl FromArgMatches for Filters {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut typed: Vec<(usize, FilterDraft)> = Vec::new();
        for (name, kind) in [("include", FilterKind::Include), ("exclude", FilterKind::Exclude)] {
            let globs = matches.get_many::<String>(name).into_iter().flatten();
            let places = matches.indices_of(name).into_iter().flatten();
            typed.extend(places.zip(globs).map(|(place, glob)| (place, FilterDraft { kind, glob: glob.clone() })));
        }
        typed.sort_by_key(|(place, _)| *place);
        let is_named = !typed.is_empty() || matches.get_flag("no_filters");
        Ok(Self(is_named.then(|| typed.into_iter().map(|(_, filter)| filter).collect())))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        let Self(typed) = Self::from_arg_matches(matches)?;
        if typed.is_some() {
            self.0 = typed;
        }
        Ok(())
    }
}
