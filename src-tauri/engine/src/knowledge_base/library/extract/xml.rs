//! Text of XML: characters, CDATA and the values of attributes. A DTD is never expanded, so that no entity can grow.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{Gathered, Refusal, Text, plain};

/// Text of a document; of one that is not well-formed, the source as it stands.
pub fn text(source: &str) -> Result<Text, Refusal> {
    let mut body = Gathered::default();
    match gather(source, &mut body) {
        Ok(()) => Ok(Text { title: None, body: body.0 }),
        Err(Failure::Refused(refusal)) => Err(refusal),
        Err(Failure::NotXml) => plain::plain(source),
    }
}

enum Failure {
    Refused(Refusal),
    NotXml,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

fn gather(source: &str, body: &mut Gathered) -> Result<(), Failure> {
    let mut reader = reader(source);
    loop {
        match reader.read_event().map_err(|_| Failure::NotXml)? {
            Event::Start(element) | Event::Empty(element) => {
                body.separate(' ')?;
                for value in attribute_values(&element) {
                    body.push(&value)?;
                    body.separate(' ')?;
                }
            }
            Event::End(_) => body.separate('\n')?,
            Event::Text(text) => body.push(&text)?,
            Event::CData(text) => body.push(&text)?,
            Event::GeneralRef(reference) => body.push(&resolved(&reference))?,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            Event::Eof => return Ok(()),
        }
    }
}

/// A reader that does not mind tags that do not match.
pub fn reader(source: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(source);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    reader
}

fn attribute_values(element: &BytesStart<'_>) -> Vec<String> {
    let mut attributes = element.attributes();
    attributes
        .with_checks(false)
        .flatten()
        .filter(|a| !a.key.as_ref().starts_with("xmlns"))
        .filter_map(|a| a.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.into_owned()))
        .collect()
}

/// The value of one attribute, by its local name.
pub fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let found = attributes.with_checks(false).flatten().find(|a| a.key.local_name().as_ref() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

/// What a reference stands for: a character, or the name where a DTD would have to be asked.
pub fn resolved(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character.to_string();
    }
    let name: &str = reference;
    quick_xml::escape::resolve_predefined_entity(name).unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_cdata_and_attributes_are_text_and_names_are_not() {
        let source =
            "<?xml version='1.0'?><a xmlns='urn:x'><b note='caf&#233;'>Fish &amp; chips</b><![CDATA[<raw>]]></a>";
        assert_eq!(text(source).expect("text").body, "café Fish & chips\n<raw>\n");
    }

    #[test]
    fn a_billion_laughs_are_not_laughed() {
        let mut source = String::from("<!DOCTYPE l [<!ENTITY l0 'ha'>");
        for n in 1..30 {
            source.push_str(&format!("<!ENTITY l{n} '&l{m};&l{m};'>", m = n - 1));
        }
        source.push_str("]><l>funny &l29; end</l>");
        assert_eq!(text(&source).expect("text").body, "funny l29 end\n");
    }

    #[test]
    fn what_is_not_well_formed_is_read_as_it_stands() {
        assert_eq!(text("<a>one <b two <").expect("text").body, "<a>one <b two <");
        assert!(text(&"<d>".repeat(300_000)).is_ok());
    }
}
