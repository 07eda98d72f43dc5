//! Text of spreadsheets: a line for each row, cells kept apart, dates as people write them.

use jiff::ToSpan;
use jiff::civil::{Date, Time, date};
use quick_xml::events::{BytesStart, Event};

use super::office::Package;
use super::{Gathered, Refusal, xml};

/// Gathers the names of the sheets, then all cells.
pub fn gather(package: &mut Package<'_>, body: &mut Gathered) -> Result<(), Refusal> {
    let workbook = package.part("xl/workbook.xml")?.map(|part| workbook(&part)).transpose()?.unwrap_or_default();
    for name in &workbook.sheets {
        body.push(name)?;
        body.separate('\n')?;
    }
    let shared = package.part("xl/sharedStrings.xml")?.map(|part| shared_strings(&part)).transpose()?;
    let date_styles = package.part("xl/styles.xml")?.map(|part| date_styles(&part)).transpose()?;
    let look = Look {
        shared: shared.unwrap_or_default(),
        date_styles: date_styles.unwrap_or_default(),
        first_day: if workbook.from_1904 { date(1904, 1, 1) } else { date(1899, 12, 30) },
    };
    for name in package.parts("xl/worksheets/") {
        if let Some(part) = package.part(&name)? {
            cells(&part, &look, body)?;
        }
    }
    Ok(())
}

#[derive(Default)]
struct Workbook {
    sheets: Vec<String>,
    /// Files from old Macintoshes count days from 1904.
    from_1904: bool,
}

fn workbook(part: &str) -> Result<Workbook, Refusal> {
    let mut found = Workbook::default();
    each_element(part, |element| match element.local_name().as_ref() {
        "sheet" => found.sheets.extend(xml::attribute(element, "name")),
        "workbookPr" => {
            found.from_1904 = matches!(xml::attribute(element, "date1904").as_deref(), Some("1" | "true"));
        }
        _ => {}
    })?;
    Ok(found)
}

/// Which cell styles show a number as a date or time.
fn date_styles(part: &str) -> Result<Vec<bool>, Refusal> {
    let mut custom: Vec<(String, bool)> = Vec::new();
    let mut styles = Vec::new();
    let mut in_cell_styles = false;
    each_element(part, |element| match element.local_name().as_ref() {
        "numFmt" => {
            if let (Some(id), Some(code)) = (xml::attribute(element, "numFmtId"), xml::attribute(element, "formatCode"))
            {
                custom.push((id, shows_date(&code)));
            }
        }
        "cellXfs" => in_cell_styles = true,
        "cellStyles" => in_cell_styles = false,
        "xf" if in_cell_styles => {
            let id = xml::attribute(element, "numFmtId").unwrap_or_default();
            let own = custom.iter().find(|(custom, _)| *custom == id).map(|(_, shows_date)| *shows_date);
            // The numbers that every program knows by heart: dates and times of day (ECMA-376, part 1, 18.8.30).
            let known = id.parse::<u32>().is_ok_and(|id| matches!(id, 14..=22 | 45..=47));
            styles.push(own.unwrap_or(known));
        }
        _ => {}
    })?;
    Ok(styles)
}

/// Whether a format has a part of a date or time in it, outside of literal text and `[…]`.
fn shows_date(code: &str) -> bool {
    let mut characters = code.chars();
    let mut found = false;
    while let Some(c) = characters.next() {
        match c {
            '"' => while characters.next().is_some_and(|c| c != '"') {},
            '[' => while characters.next().is_some_and(|c| c != ']') {},
            '\\' | '_' | '*' => {
                characters.next();
            }
            'd' | 'D' | 'y' | 'Y' | 'h' | 'H' | 'm' | 'M' => found = true,
            _ => {}
        }
    }
    found
}

fn each_element(part: &str, mut visit: impl FnMut(&BytesStart<'_>)) -> Result<(), Refusal> {
    let mut reader = xml::reader(part);
    loop {
        match reader.read_event().map_err(|_| Refusal::Damaged)? {
            Event::Start(element) | Event::Empty(element) => visit(&element),
            Event::Eof => return Ok(()),
            Event::End(_)
            | Event::Text(_)
            | Event::CData(_)
            | Event::GeneralRef(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
    }
}

/// The table of texts that cells refer to by number.
fn shared_strings(part: &str) -> Result<Vec<String>, Refusal> {
    let mut reader = xml::reader(part);
    let mut strings = Vec::new();
    let mut string = String::new();
    let mut in_text = false;
    // How the text is pronounced, which is no text of the cell.
    let mut in_reading = false;
    loop {
        match reader.read_event().map_err(|_| Refusal::Damaged)? {
            Event::Start(element) => match element.local_name().as_ref() {
                "t" => in_text = !in_reading,
                "rPh" => in_reading = true,
                _ => {}
            },
            Event::Empty(element) if element.local_name().as_ref() == "si" => strings.push(String::new()),
            Event::End(element) => match element.local_name().as_ref() {
                "t" => in_text = false,
                "rPh" => in_reading = false,
                "si" => strings.push(std::mem::take(&mut string)),
                _ => {}
            },
            Event::Text(text) if in_text => string.push_str(&text),
            Event::GeneralRef(reference) if in_text => string.push_str(&xml::resolved(&reference)),
            Event::Eof => return Ok(strings),
            Event::Empty(_)
            | Event::Text(_)
            | Event::GeneralRef(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
    }
}

/// What a cell's value means.
struct Look {
    shared: Vec<String>,
    date_styles: Vec<bool>,
    first_day: Date,
}

#[derive(Default)]
struct Cell {
    kind: String,
    style: Option<usize>,
    value: String,
}

impl Look {
    fn text(&self, cell: &Cell) -> Option<String> {
        let value = cell.value.trim();
        let is_date = || cell.style.is_some_and(|style| self.date_styles.get(style) == Some(&true));
        match cell.kind.as_str() {
            "s" => value.parse::<usize>().ok().and_then(|number| self.shared.get(number).cloned()),
            "b" => Some(if value == "1" { "TRUE" } else { "FALSE" }.to_owned()),
            "" | "n" if is_date() => self.moment(value).or_else(|| Some(value.to_owned())),
            _ => Some(cell.value.clone()),
        }
    }

    /// Days since the first day as a date, their fraction as a time.
    fn moment(&self, days: &str) -> Option<String> {
        let days: f64 = days.parse().ok().filter(|days| (0.0..=2_958_465.0).contains(days))?;
        let seconds = (days.fract() * 86_400.0).round() as i64;
        let time = Time::midnight().checked_add(seconds.min(86_399).seconds()).ok()?;
        let day = self.first_day.checked_add((days.trunc() as i64).days()).ok()?;
        Some(match (days < 1.0, seconds == 0) {
            (true, _) => time.to_string(),
            (false, true) => day.to_string(),
            (false, false) => format!("{day} {time}"),
        })
    }
}

fn cells(part: &str, look: &Look, body: &mut Gathered) -> Result<(), Refusal> {
    let mut reader = xml::reader(part);
    let mut cell = Cell::default();
    let mut in_value = false;
    loop {
        match reader.read_event().map_err(|_| Refusal::Damaged)? {
            Event::Start(element) => match element.local_name().as_ref() {
                "c" => {
                    cell = Cell {
                        kind: xml::attribute(&element, "t").unwrap_or_default(),
                        style: xml::attribute(&element, "s").and_then(|style| style.parse().ok()),
                        value: String::new(),
                    }
                }
                "v" | "t" => in_value = true,
                _ => {}
            },
            Event::End(element) => match element.local_name().as_ref() {
                "v" | "t" => in_value = false,
                "c" => {
                    if let Some(text) = look.text(&cell) {
                        body.push(&text)?;
                        body.separate('\t')?;
                    }
                }
                "row" => body.separate('\n')?,
                _ => {}
            },
            Event::Text(text) if in_value => cell.value.push_str(&text),
            Event::GeneralRef(reference) if in_value => cell.value.push_str(&xml::resolved(&reference)),
            Event::Eof => return Ok(()),
            Event::Empty(_)
            | Event::Text(_)
            | Event::GeneralRef(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_date_where_its_format_says_so() {
        for (code, is_date) in [
            ("yyyy-mm-dd", true),
            ("[h]:mm", true),
            ("#,##0.00 \"day\"", false),
            ("[Red]0.0", false),
            ("General", false),
            ("0.00E+00", false),
            ("\\d0", false),
        ] {
            assert_eq!(shows_date(code), is_date, "{code}");
        }
    }

    #[test]
    fn days_since_the_first_day_are_a_date() {
        let look = Look { shared: Vec::new(), date_styles: Vec::new(), first_day: date(1899, 12, 30) };
        for (days, text) in [
            ("45352", Some("2024-03-01")),
            ("45352.5", Some("2024-03-01 12:00:00")),
            ("0.25", Some("06:00:00")),
            ("1e300", None),
            ("-1", None),
            ("NaN", None),
        ] {
            assert_eq!(look.moment(days).as_deref(), text, "{days}");
        }
    }
}
