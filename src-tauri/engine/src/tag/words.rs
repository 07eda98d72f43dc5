//! What is wrong with a rule, in plain words and at its place.
//!
//! Places count characters of the pattern, as [start, end).

/// A rule that captures nothing.
pub(super) const NO_GROUP: &str =
    "The rule needs a named group around the part that becomes the tag, such as (?<userId>[^/]+).";

/// Names what linear-time patterns cannot do, before the parser says it in its own terms.
pub(super) fn unsupported(pattern: &str) -> Option<(String, (u32, u32))> {
    let characters: Vec<char> = pattern.chars().collect();
    let mut in_class = false;
    let mut at = 0;
    while at < characters.len() {
        let rest = &characters[at..];
        match rest[0] {
            '\\' => {
                if !in_class && rest.get(1).is_some_and(|c| ('1'..='9').contains(c)) {
                    return Some((
                        format!(
                            "\\{} repeats an earlier group, which rules cannot do. Write the pattern out instead.",
                            rest[1]
                        ),
                        span(at, 2),
                    ));
                }
                at += 1;
            }
            '[' if !in_class => in_class = true,
            ']' => in_class = false,
            '(' if !in_class && rest.get(1) == Some(&'?') => {
                let look = match (rest.get(2), rest.get(3)) {
                    (Some('=' | '!'), _) => Some(("looks ahead", 3)),
                    (Some('<'), Some('=' | '!')) => Some(("looks behind", 4)),
                    _ => None,
                };
                if let Some((what, length)) = look {
                    return Some((
                        format!(
                            "This part {what}, which rules cannot do. Match the text itself and put the named group around the part you want."
                        ),
                        span(at, length),
                    ));
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

pub(super) fn span(start: usize, length: usize) -> (u32, u32) {
    (start as u32, (start + length) as u32)
}

/// The parser's error in plain words. Its own text ends in `error: <cause>`; the marked place is the column of `^`.
pub(super) fn explain(error: &regex::Error, pattern: &str) -> (String, Option<(u32, u32)>) {
    match error {
        regex::Error::CompiledTooBig(_) => ("The rule is too large. Use fewer or smaller repetitions.".into(), None),
        regex::Error::Syntax(text) => {
            let cause =
                text.lines().rev().find_map(|line| line.strip_prefix("error: ")).unwrap_or("not a valid pattern");
            let plain = match cause {
                "unclosed group" => "A ( is never closed. Add the missing ).".to_owned(),
                "unopened group" => "There is a ) without its (.".to_owned(),
                "unclosed character class" => "A [ is never closed. Add the missing ].".to_owned(),
                "repetition operator missing expression" => {
                    "There is nothing before this repetition sign for it to repeat.".to_owned()
                }
                "incomplete escape sequence, reached end of pattern prematurely" => {
                    "The rule ends in a single \\. Write \\\\ for the character itself.".to_owned()
                }
                "unrecognized escape sequence" => {
                    "This \\ is followed by a character that needs none, or has no meaning here.".to_owned()
                }
                "duplicate capture group name" => "Two groups have the same name. Give each its own.".to_owned(),
                "empty capture group name" => "The group has no name. Write (?<userId>…).".to_owned(),
                "invalid capture group character" => {
                    "A group's name may have letters, digits and _ only, and begins with a letter.".to_owned()
                }
                other => format!("Not a valid pattern: {other}."),
            };
            let marks =
                text.lines().find(|line| !line.trim().is_empty() && line.trim().chars().all(|c| c == '^' || c == ' '));
            let place = marks.filter(|_| !pattern.contains('\n')).and_then(|line| {
                // The parser indents the pattern and its marks by four columns.
                let start = line.find('^')?.checked_sub(4)?;
                Some(span(start, line.trim_end().len() - 4 - start))
            });
            (plain, place)
        }
        other => (format!("Not a valid pattern: {other}."), None),
    }
}

/// The first group without a name, whole: most likely the one that is meant to become the tag.
pub(super) fn unnamed_group(pattern: &str) -> Option<(u32, u32)> {
    let mut open = Vec::new();
    let mut first: Option<(usize, usize)> = None;
    let (mut in_class, mut is_escaped) = (false, false);
    let characters: Vec<char> = pattern.chars().collect();
    for (at, character) in characters.iter().enumerate() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => open.push((at, characters.get(at + 1) != Some(&'?'))),
            ')' if !in_class => {
                if let Some((start, true)) = open.pop()
                    && first.is_none_or(|(other, _)| start < other)
                {
                    first = Some((start, at + 1 - start));
                }
            }
            _ => {}
        }
    }
    first.map(|(start, length)| span(start, length))
}
