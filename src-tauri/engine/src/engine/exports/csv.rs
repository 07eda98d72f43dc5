//! Tables for spreadsheets: RFC 4180, and UTF-8 with a byte order mark, without which some of them take it for something
//! else.
//!
//! Keys and tags are other people's text, and a spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a
//! formula and carries it out. Such a text gets an apostrophe before it (<https://owasp.org/www-community/attacks/CSV_Injection>).

/// Before the first line.
pub const MARK: &str = "\u{feff}";

/// A moment, as every spreadsheet reads it.
pub fn moment(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at).map(|at| at.to_string()).unwrap_or_default()
}

/// One line, with its end.
pub fn line<'c>(cells: impl IntoIterator<Item = &'c str>) -> String {
    let mut line = String::new();
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            line.push(',');
        }
        add(&mut line, cell);
    }
    line.push_str("\r\n");
    line
}

fn add(line: &mut String, cell: &str) {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let needs_quotes = cell.contains([',', '"', '\r', '\n']) || cell.starts_with(' ') || cell.ends_with(' ');
    if needs_quotes {
        line.push('"');
    }
    if is_formula {
        line.push('\'');
    }
    for letter in cell.chars() {
        if letter == '"' {
            line.push('"');
        }
        line.push(letter);
    }
    if needs_quotes {
        line.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_with_commas_quotes_or_line_ends_stays_one_cell() {
        assert_eq!(line(["a", "b,c", "d\"e", "f\ng", ""]), "a,\"b,c\",\"d\"\"e\",\"f\ng\",\r\n");
        assert_eq!(line([" a", "ä/Ω"]), "\" a\",ä/Ω\r\n");
    }

    #[test]
    fn no_cell_is_carried_out_as_a_formula() {
        assert_eq!(
            line(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "a=1", "=HYPERLINK(\"x\",1)"]),
            "'=1+1,'+1,'-1,'@SUM(A1),'\t=1,a=1,\"'=HYPERLINK(\"\"x\"\",1)\"\r\n"
        );
    }
}
