//! Text of PDF: glyphs in the order in which they are drawn, with spaces and lines where the places say so.

use std::io::{BufRead, BufReader, Read};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use flate2::bufread::ZlibDecoder;
use hayro_interpret::font::{Glyph, GlyphRun, PositionedGlyph};
use hayro_interpret::hayro_cmap::{BfString, WritingMode};
use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect, Vec2};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, interpret_page,
};

use super::{Gathered, Refusal, Text};

/// Most bytes that one stream may unpack to: a page scanned at 600 dpi in colour has fewer.
const STREAM_LIMIT: u64 = 128 << 20;
/// Most bytes that all streams together may unpack to.
const STREAMS_LIMIT: u64 = 4 << 30;
/// A glyph's own space has so many units to the height of the letters.
const UNITS: f32 = 1000.0;
/// A gap of so many heights of the letters is a space between words: tightly set lines have little more.
const SPACE: f64 = 0.1;
/// A step back by so many heights is no kerning any more.
const BACK: f64 = 0.5;
/// A step aside by so many heights is another line; indices and exponents step less.
const LINE: f64 = 0.4;

/// Text and title, or why there are none.
pub fn text(content: &Bytes, deadline: Instant) -> Result<Text, Refusal> {
    check_streams(content, deadline)?;
    let pdf = Pdf::new(Arc::new(content.clone())).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => Refusal::Protected,
        LoadPdfError::Decryption(_) | LoadPdfError::Invalid => Refusal::Damaged,
    })?;
    let cache = InterpreterCache::new();
    let mut page_text = Reader { deadline, body: Gathered::default(), end: None, last_run: None, refusal: None };
    for page in pdf.pages().iter() {
        // Nothing is painted: the place of the page on a canvas does not matter.
        let bounds = Rect::new(0.0, 0.0, 1.0, 1.0);
        let mut context = Context::new(Affine::IDENTITY, bounds, &cache, pdf.xref(), InterpreterSettings::default());
        interpret_page(page, &mut context, &mut page_text);
        page_text.end_page()?;
    }
    if !page_text.body.0.contains(char::is_alphanumeric) {
        return Err(Refusal::NoTextInPdf);
    }
    Ok(Text { title: pdf.metadata().title.as_deref().map(text_string), body: page_text.body.0 })
}

/// A text string of PDF: UTF-16 or UTF-8 with a mark, Latin otherwise.
fn text_string(bytes: &[u8]) -> String {
    match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding.decode(bytes).0.into_owned(),
        None => encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned(),
    }
}

/// Draws nothing and writes down the glyphs.
struct Reader {
    deadline: Instant,
    body: Gathered,
    /// Where the last glyph ended.
    end: Option<End>,
    /// What was drawn last and where: bold is often the same text drawn twice.
    last_run: Option<(Point, String)>,
    refusal: Option<Refusal>,
}

/// Where a glyph ends, which way its line goes (of length 1), and how high its letters are.
#[derive(Clone, Copy)]
struct End {
    place: Point,
    along: Vec2,
    height: f64,
}

/// Carries the stop at the deadline through the interpreter, which has no other way out than to finish.
pub struct Stop;

impl Reader {
    fn end_page(&mut self) -> Result<(), Refusal> {
        self.end = None;
        self.last_run = None;
        self.refusal.map_or(Ok(()), Err)?;
        self.body.separate('\n')
    }

    fn check_time(&self) {
        if Instant::now() > self.deadline {
            // Not a panic: no message, no hook. The thread's `catch_unwind` turns it into one.
            resume_unwind(Box::new(Stop));
        }
    }

    fn run(&mut self, run: &GlyphRun<'_, '_>, transform: Affine) -> Result<(), Refusal> {
        let Some(first) = run.glyphs().first() else { return Ok(()) };
        let place = transform * first.transform() * Point::ZERO;
        let drawn: String = run.glyphs().iter().filter_map(|glyph| characters(glyph)).collect();
        let is_repeated =
            self.last_run.as_ref().is_some_and(|(point, text)| point.distance(place) < 1.0 && *text == drawn);
        if is_repeated {
            return Ok(());
        }
        self.last_run = Some((place, drawn));
        for glyph in run.glyphs() {
            let origin = transform * glyph.transform() * Point::ZERO;
            let end = end_of(glyph, run.writing_mode(), transform);
            self.step_to(origin, end)?;
            if let Some(text) = characters(glyph) {
                self.body.push(&text)?;
            }
            self.end = Some(end);
        }
        Ok(())
    }

    /// What stands between the last glyph and one that begins here.
    fn step_to(&mut self, origin: Point, next: End) -> Result<(), Refusal> {
        let Some(last) = self.end else { return Ok(()) };
        let step = origin - last.place;
        let height = last.height.max(next.height);
        let (forward, aside) = (step.dot(last.along) / height, step.cross(last.along).abs() / height);
        if aside > LINE {
            self.body.separate('\n')
        } else if !(-BACK..=SPACE).contains(&forward) {
            self.body.separate(' ')
        } else {
            Ok(())
        }
    }
}

fn end_of(glyph: &PositionedGlyph<'_>, mode: WritingMode, transform: Affine) -> End {
    let space = transform * glyph.transform();
    let origin = space * Point::ZERO;
    let width = match &**glyph {
        Glyph::Outline(outline) => outline.advance_width().unwrap_or(UNITS / 2.0),
        Glyph::Type3(drawn) => drawn.advance_width().unwrap_or(UNITS / 2.0),
    };
    let advance = match mode {
        WritingMode::Horizontal => Point::new(f64::from(width), 0.0),
        WritingMode::Vertical => Point::new(0.0, -f64::from(UNITS)),
    };
    let place = space * advance;
    // A letter without width goes nowhere; its line goes to the right then.
    let along = if place == origin { Vec2::new(1.0, 0.0) } else { (place - origin).normalize() };
    let height = (space * Point::new(0.0, f64::from(UNITS))).distance(origin).max(f64::MIN_POSITIVE);
    End { place, along, height }
}

fn characters(glyph: &Glyph<'_>) -> Option<String> {
    match glyph.as_unicode()? {
        BfString::Char(c) => Some(c.to_string()),
        BfString::String(text) => Some(text),
    }
}

impl<'a> Device<'a> for Reader {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        self.check_time();
        if self.refusal.is_none() {
            self.refusal = self.run(run, props.transform).err();
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {
        self.check_time();
    }

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {
        self.check_time();
    }

    fn push_clip_path(&mut self, _: &ClipPath) {
        self.check_time();
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

/// Refuses a file whose compressed streams unpack to more than any document needs, before the reader of the format
/// unpacks them into memory. Looks at the bytes alone, as an attacker's structure cannot be believed.
fn check_streams(content: &[u8], deadline: Instant) -> Result<(), Refusal> {
    let mut all = 0;
    let mut rest = content;
    while let Some(at) = rest.windows(6).position(|bytes| bytes == b"stream") {
        rest = &rest[at + 6..];
        let data = rest.trim_ascii_start();
        if is_zlib(data) {
            let size = unpacked_size(data);
            all += size;
            if size > STREAM_LIMIT || all > STREAMS_LIMIT {
                return Err(Refusal::Bomb);
            }
        }
        if Instant::now() > deadline {
            return Err(Refusal::TooLong);
        }
    }
    Ok(())
}

/// Whether a zlib header stands here (RFC 1950, 2.2).
fn is_zlib(data: &[u8]) -> bool {
    matches!(data, [method, flags, ..] if method & 0x0F == 8 && (u16::from(*method) << 8 | u16::from(*flags)).is_multiple_of(31))
}

/// How much a stream unpacks to, counted no further than just over the limit; what is packed twice is unpacked twice.
fn unpacked_size(data: &[u8]) -> u64 {
    let mut once = BufReader::new(ZlibDecoder::new(data));
    if once.fill_buf().is_ok_and(is_zlib) { counted(ZlibDecoder::new(once)) } else { counted(once) }
}

fn counted(stream: impl Read) -> u64 {
    let mut stream = stream.take(STREAM_LIMIT + 1);
    let mut piece = vec![0; 1 << 16];
    let mut size = 0;
    // Broken in the middle is the end: readers stop there as well.
    while let Ok(read) = stream.read(&mut piece)
        && read > 0
    {
        size += read as u64;
    }
    size
}
