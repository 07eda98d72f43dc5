//! The command table as TypeScript: one interface `Commands`, and every type that it mentions.

use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;

use ts_rs::{Config, TS, TypeVisitor};

/// Collects commands and the types that they mention.
pub struct Table {
    config: Config,
    seen: HashSet<TypeId>,
    declarations: BTreeMap<String, String>,
    commands: String,
}

impl Table {
    /// Adds a command.
    pub fn command<A: TS + 'static, R: TS + 'static>(&mut self, name: &str, docs: &[&str]) {
        A::visit_dependencies(self);
        self.visit::<R>();
        let arguments = A::inline(&self.config);
        let arguments = if arguments.contains(':') { arguments } else { "Record<string, never>".to_owned() };
        let reply = R::name(&self.config);
        let docs = docs.iter().map(|d| d.trim()).collect::<Vec<_>>().join(" ");
        let _ = writeln!(self.commands, "  /** {docs} */\n  {name}: {{ arguments: {arguments}; reply: {reply} }};");
    }

    /// Adds a type that no command mentions.
    pub fn root<T: TS + 'static>(&mut self) {
        self.visit::<T>();
    }
}

impl TypeVisitor for Table {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        if T::output_path().is_some() {
            let docs = T::docs().unwrap_or_default();
            self.declarations.insert(T::ident(&self.config), format!("{docs}export {}", T::decl(&self.config)));
        }
        T::visit_generics(self);
        T::visit_dependencies(self);
    }
}

/// The whole generated file.
pub fn typescript() -> String {
    let mut table = Table {
        config: Config::new().with_large_int("number"),
        seen: HashSet::new(),
        declarations: BTreeMap::new(),
        commands: String::new(),
    };
    super::command_types(&mut table);
    let mut text =
        String::from("// Generated from the command table of the engine by `cargo xtask generate`. Do not edit.\n\n");
    for declaration in table.declarations.values() {
        let _ = writeln!(text, "{}\n", declaration.trim_end());
    }
    let _ = write!(
        text,
        "/** Every command: what it takes and what it answers. */\nexport interface Commands {{\n{}}}\n",
        table.commands
    );
    text
}
