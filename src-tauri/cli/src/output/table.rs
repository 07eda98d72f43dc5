//! Rows for a person: a table as wide as the terminal, or tab-separated lines that `cut`, `grep` and `awk` take.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table};
use s3_connector_engine::error::Result;

use crate::output::{Face, Output};

/// A column.
#[derive(Debug, Clone, Copy)]
pub enum Column {
    /// Words, from the left.
    Words(&'static str),
    /// A word that is to be copied, never broken over two lines.
    Whole(&'static str),
    /// Numbers, from the right.
    Number(&'static str),
}

impl Column {
    const fn name(self) -> &'static str {
        match self {
            Self::Words(name) | Self::Whole(name) | Self::Number(name) => name,
        }
    }
}

/// Rows on their way out. Lines leave at once; a table waits for its last row, because only then its columns have
/// their widths.
pub struct Rows {
    columns: &'static [Column],
    form: Form,
}

enum Form {
    /// Nothing is written yet.
    Waiting,
    Lines,
    Table(Box<Table>),
}

impl Rows {
    /// Begins with the columns' names.
    pub fn begin(columns: &'static [Column], output: &mut Output) -> Result<Self> {
        let mut rows = Self::waiting(columns);
        rows.write_names(output)?;
        Ok(rows)
    }

    /// Begins with the first row; without one, nothing is written.
    pub const fn waiting(columns: &'static [Column]) -> Self {
        Self { columns, form: Form::Waiting }
    }

    fn write_names(&mut self, output: &mut Output) -> Result<()> {
        let names = self.columns.iter().map(|column| column.name());
        self.form = match output.face() {
            Face::Terminal => Form::Table(Box::new(new_table(names.collect()))),
            Face::Lines | Face::Json => {
                output.text(&names.collect::<Vec<_>>().join("\t"))?;
                Form::Lines
            }
        };
        Ok(())
    }

    /// Adds a row; its cells are already fit to be shown.
    pub fn add(&mut self, cells: Vec<String>, output: &mut Output) -> Result<()> {
        debug_assert_eq!(cells.len(), self.columns.len(), "a row has a cell for each column");
        if matches!(self.form, Form::Waiting) {
            self.write_names(output)?;
        }
        match &mut self.form {
            Form::Table(table) => {
                table.add_row(cells);
                Ok(())
            }
            Form::Lines | Form::Waiting => output.text(&cells.join("\t")),
        }
    }

    /// Writes what is still held back.
    pub fn end(mut self, output: &mut Output) -> Result<()> {
        let Form::Table(table) = &mut self.form else { return Ok(()) };
        for (at, column) in self.columns.iter().enumerate() {
            let Some(cells) = table.column_mut(at) else { continue };
            match column {
                Column::Words(_) => {}
                Column::Whole(_) => {
                    cells.set_constraint(ColumnConstraint::ContentWidth);
                }
                Column::Number(_) => {
                    cells.set_cell_alignment(CellAlignment::Right);
                }
            }
        }
        output.text(&table.trim_fmt())
    }
}

fn new_table(names: Vec<&'static str>) -> Table {
    let mut table = Table::new();
    table
        .load_style(comfy_table::presets::UTF8_BORDERS_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(names);
    table
}
