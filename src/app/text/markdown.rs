//! Markdown becomes a [`Document`].

use std::sync::atomic::{AtomicU64, Ordering};

use pulldown_cmark::{self as md, Event, Options, Parser, Tag, TagEnd};

use super::formula::Formula;

/// A text, read and with its formulas laid out.
#[derive(Debug)]
pub struct Document {
    id: u64,
    /// What it consists of.
    pub blocks: Vec<Block>,
}

/// A part of a text that has lines of its own.
#[derive(Debug)]
pub enum Block {
    /// A heading, from level 1 to 6.
    Heading(u8, Vec<Span>),
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// A list, numbered from the first number on or with bullets.
    List(Option<u64>, Vec<Vec<Block>>),
    /// A formula with lines of its own.
    Formula(Math),
    /// What somebody else says.
    Quote(Vec<Block>),
    /// Code.
    Code(String),
    /// How columns are aligned, and the rows; the first is the head.
    Table(Vec<Alignment>, Vec<Vec<Vec<Span>>>),
    /// A line from side to side.
    Rule,
}

/// How a column of a table is aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// To the left, as text is.
    Left,
    /// In the middle.
    Middle,
    /// To the right.
    Right,
}

/// A part of a paragraph.
#[derive(Debug)]
pub enum Span {
    /// Words of one look, and where they lead.
    Words(String, Look, Option<String>),
    /// A formula within the line.
    Formula(Math),
    /// A line ends here.
    Break,
}

/// How words are distinguished from others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Stressed much.
    pub bold: bool,
    /// Stressed.
    pub italic: bool,
    /// Code.
    pub code: bool,
}

/// A formula of a text.
#[derive(Debug)]
pub struct Math {
    /// As LaTeX.
    pub source: String,
    /// Laid out, or one sentence why it cannot be.
    pub formula: Result<Formula, String>,
}

impl Math {
    fn new(source: &str, display: bool) -> Self {
        let source = source.trim().to_owned();
        Self { formula: Formula::new(&source, display), source }
    }
}

impl Document {
    /// Reads Markdown (`CommonMark`, with tables and formulas). Anything is a text; see [`Self::faults`].
    #[must_use]
    pub fn parse(source: &str) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let options = Options::ENABLE_MATH | Options::ENABLE_TABLES;
        let mut reader = Reader { events: Parser::new_ext(source, options), ..Reader::default() };
        let blocks = reader.blocks();
        Self { id: NEXT.fetch_add(1, Ordering::Relaxed), blocks }
    }

    /// No other text has it while the program runs.
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// One sentence about every formula that cannot be read.
    #[must_use]
    pub fn faults(&self) -> Vec<&str> {
        let mut faults = Vec::new();
        each_formula(&self.blocks, &mut |math| {
            faults.extend(math.formula.as_ref().err().map(String::as_str));
        });
        faults
    }

    /// The words alone, formulas as LaTeX, a line for every paragraph.
    #[must_use]
    pub fn plain(&self) -> String {
        let mut out = String::new();
        plain(&self.blocks, &mut out);
        out.trim_end().to_owned()
    }
}

/// Calls `with` for every formula, in order.
pub(super) fn each_formula<'a>(blocks: &'a [Block], with: &mut dyn FnMut(&'a Math)) {
    for block in blocks {
        match block {
            Block::Heading(_, spans) | Block::Paragraph(spans) => in_spans(spans, with),
            Block::List(_, items) => items.iter().for_each(|item| each_formula(item, with)),
            Block::Formula(math) => with(math),
            Block::Quote(blocks) => each_formula(blocks, with),
            Block::Table(_, rows) => rows.iter().flatten().for_each(|cell| in_spans(cell, with)),
            Block::Code(_) | Block::Rule => {}
        }
    }
}

fn in_spans<'a>(spans: &'a [Span], with: &mut dyn FnMut(&'a Math)) {
    for span in spans {
        if let Span::Formula(math) = span {
            with(math);
        }
    }
}

fn plain(blocks: &[Block], out: &mut String) {
    for block in blocks {
        match block {
            Block::Heading(_, spans) | Block::Paragraph(spans) => plain_spans(spans, out),
            Block::List(_, items) => items.iter().for_each(|item| plain(item, out)),
            Block::Formula(math) => out.push_str(&math.source),
            Block::Quote(blocks) => plain(blocks, out),
            Block::Code(code) => out.push_str(code.trim_end()),
            Block::Table(_, rows) => {
                for row in rows {
                    for cell in row {
                        plain_spans(cell, out);
                        out.push(' ');
                    }
                    out.push('\n');
                }
            }
            Block::Rule => {}
        }
        if !out.ends_with('\n') {
            out.push('\n');
        }
    }
}

fn plain_spans(spans: &[Span], out: &mut String) {
    for span in spans {
        match span {
            Span::Words(words, ..) => out.push_str(words),
            Span::Formula(math) => out.push_str(&math.source),
            Span::Break => out.push(' '),
        }
    }
}

/// Reads events, one after the other.
struct Reader<'a> {
    events: Parser<'a>,
    look: Look,
    link: Option<String>,
}

impl Default for Reader<'_> {
    fn default() -> Self {
        Self { events: Parser::new(""), look: Look::default(), link: None }
    }
}

impl Reader<'_> {
    /// Blocks up to the end of what is open.
    fn blocks(&mut self) -> Vec<Block> {
        let mut blocks = Vec::new();
        // Words of a list item without paragraphs.
        let mut loose = Vec::new();
        while let Some(event) = self.events.next() {
            let block = match event {
                Event::Start(Tag::Paragraph) => {
                    let mut paragraphs = self.paragraph();
                    let last = paragraphs.pop();
                    blocks.append(&mut paragraphs);
                    last
                }
                Event::Start(Tag::Heading { level, .. }) => {
                    Some(Block::Heading(level as u8, self.spans().0))
                }
                Event::Start(Tag::BlockQuote(_)) => Some(Block::Quote(self.blocks())),
                Event::Start(Tag::CodeBlock(_)) => Some(Block::Code(self.code())),
                Event::Start(Tag::List(start)) => Some(Block::List(start, self.items())),
                Event::Start(Tag::Table(columns)) => {
                    let columns = columns.iter().map(|column| match column {
                        md::Alignment::Center => Alignment::Middle,
                        md::Alignment::Right => Alignment::Right,
                        md::Alignment::None | md::Alignment::Left => Alignment::Left,
                    });
                    Some(Block::Table(columns.collect(), self.rows()))
                }
                Event::Start(Tag::HtmlBlock) => Some(Block::Paragraph(self.spans().0)),
                Event::Rule => Some(Block::Rule),
                Event::End(tag) if !is_look(tag) => break,
                Event::DisplayMath(source) => {
                    blocks.extend(paragraph_of(std::mem::take(&mut loose)));
                    Some(Block::Formula(Math::new(&source, true)))
                }
                event => {
                    self.span(event, &mut loose);
                    None
                }
            };
            if let Some(block) = block {
                blocks.extend(paragraph_of(std::mem::take(&mut loose)));
                blocks.push(block);
            }
        }
        blocks.extend(paragraph_of(loose));
        blocks
    }

    /// A paragraph, parted at its displayed formulas.
    fn paragraph(&mut self) -> Vec<Block> {
        let mut blocks = Vec::new();
        loop {
            let (spans, display) = self.spans();
            blocks.extend(paragraph_of(spans));
            match display {
                Some(math) => blocks.push(Block::Formula(math)),
                None => return blocks,
            }
        }
    }

    /// Spans up to the end of what is open, or up to a displayed formula.
    fn spans(&mut self) -> (Vec<Span>, Option<Math>) {
        let mut spans = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::End(tag) if !is_look(tag) => break,
                Event::DisplayMath(source) => return (spans, Some(Math::new(&source, true))),
                event => self.span(event, &mut spans),
            }
        }
        (spans, None)
    }

    fn span(&mut self, event: Event<'_>, spans: &mut Vec<Span>) {
        let words = match event {
            Event::Start(Tag::Strong) => return self.look.bold = true,
            Event::End(TagEnd::Strong) => return self.look.bold = false,
            Event::Start(Tag::Emphasis) => return self.look.italic = true,
            Event::End(TagEnd::Emphasis) => return self.look.italic = false,
            Event::Start(Tag::Link { dest_url, .. }) => {
                return self.link = Some(dest_url.into_string());
            }
            Event::End(TagEnd::Link) => return self.link = None,
            Event::InlineMath(source) => {
                return spans.push(Span::Formula(Math::new(&source, false)));
            }
            Event::HardBreak => return spans.push(Span::Break),
            Event::Code(code) => {
                let look = Look { code: true, ..self.look };
                return spans.push(Span::Words(code.into_string(), look, self.link.clone()));
            }
            Event::SoftBreak => " ".to_owned(),
            Event::Text(words) | Event::Html(words) | Event::InlineHtml(words) => {
                words.into_string()
            }
            _ => return,
        };
        match spans.last_mut() {
            Some(Span::Words(before, look, link)) if *look == self.look && *link == self.link => {
                before.push_str(&words);
            }
            _ => spans.push(Span::Words(words, self.look, self.link.clone())),
        }
    }

    fn code(&mut self) -> String {
        let mut code = String::new();
        for event in self.events.by_ref() {
            match event {
                Event::Text(words) => code.push_str(&words),
                Event::End(_) => break,
                _ => {}
            }
        }
        code
    }

    fn items(&mut self) -> Vec<Vec<Block>> {
        let mut items = Vec::new();
        while let Some(Event::Start(Tag::Item)) = self.events.next() {
            items.push(self.blocks());
        }
        items
    }

    fn rows(&mut self) -> Vec<Vec<Vec<Span>>> {
        let mut rows = Vec::new();
        while let Some(Event::Start(Tag::TableHead | Tag::TableRow)) = self.events.next() {
            let mut row = Vec::new();
            while let Some(Event::Start(Tag::TableCell)) = self.events.next() {
                row.push(self.spans().0);
            }
            rows.push(row);
        }
        rows
    }
}

/// Whether only the look of words ends with it.
fn is_look(tag: TagEnd) -> bool {
    matches!(tag, TagEnd::Strong | TagEnd::Emphasis | TagEnd::Link | TagEnd::Image)
}

fn paragraph_of(spans: Vec<Span>) -> Option<Block> {
    let blank = |span: &Span| match span {
        Span::Words(words, ..) => words.trim().is_empty(),
        Span::Formula(_) => false,
        Span::Break => true,
    };
    (!spans.iter().all(blank)).then_some(Block::Paragraph(spans))
}
