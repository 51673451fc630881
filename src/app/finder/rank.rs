//! Which entries answer a question, the best first.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::entry::{Entry, plain};

/// A fuzzy answer scores at least this much for each letter of the question; a letter that follows its
/// neighbour scores 16 or more.
const LEAST_SCORE: u32 = 15;

/// An entry that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which of the entries.
    pub entry: usize,
    /// Which letters of its title the question names, rising.
    pub letters: Vec<u32>,
}

/// How an entry answers: the better the smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Title,
    Key,
    Symbol,
    Short,
    LastOfKey,
    /// What it is called elsewhere, word for word.
    Synonym,
    /// The title, or the choice in it, begins with the question; shorter ones first.
    Prefix(usize),
    /// Words of the title begin with the words of the question.
    Words(usize),
    SynonymPrefix,
    SynonymWords,
    /// The letters stand there in order; so much is missing to the best.
    Fuzzy(u32),
}

/// The entries that answer `query`, the best first: those with this title before those with this key or synonym,
/// a title that begins so, words that begin so, and the same letters in order. Among equals kinds decide, then the order of the entries.
#[must_use]
pub fn find(query: &str, entries: &[Entry]) -> Vec<Found> {
    let wanted = plain(query);
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut fuzzy = Fuzzy::new(query);
    let mut found: Vec<_> = entries
        .iter()
        .enumerate()
        .filter_map(|(index, entry)| {
            let place = place(query.trim(), &wanted, entry).or_else(|| fuzzy.place(entry))?;
            Some(((place, entry.kind, index), index))
        })
        .collect();
    found.sort_by_key(|(order, _)| *order);
    let found = found.into_iter().map(|(_, entry)| entry);
    found.map(|entry| Found { entry, letters: fuzzy.letters(&entries[entry].title) }).collect()
}

fn place(query: &str, wanted: &str, entry: &Entry) -> Option<Place> {
    let (title, key, short) = (plain(&entry.title), plain(&entry.key), plain(entry.short()));
    let last = key.rsplit_once('.').map_or(&*key, |(_, last)| last);
    let synonyms: Vec<String> = entry.synonyms.iter().map(|synonym| plain(synonym)).collect();
    Some(if title == wanted {
        Place::Title
    } else if key == wanted {
        Place::Key
    } else if entry.symbol == query && !query.is_empty() {
        Place::Symbol
    } else if short == wanted {
        Place::Short
    } else if last == wanted {
        Place::LastOfKey
    } else if synonyms.iter().any(|synonym| synonym == wanted) {
        Place::Synonym
    } else if title.starts_with(wanted) {
        Place::Prefix(title.chars().count())
    } else if short.starts_with(wanted) {
        Place::Prefix(short.chars().count())
    } else if words_begin(wanted, &title) {
        Place::Words(title.chars().count())
    } else if synonyms.iter().any(|synonym| synonym.starts_with(wanted)) {
        Place::SynonymPrefix
    } else if synonyms.iter().any(|synonym| words_begin(wanted, synonym)) {
        Place::SynonymWords
    } else {
        return None;
    })
}

/// Whether every word of `wanted` begins a word of `text`, in this order.
fn words_begin(wanted: &str, text: &str) -> bool {
    let mut words = text.split(' ');
    wanted.split(' ').all(|wanted| words.any(|word| word.starts_with(wanted)))
}

/// Letters in order, by nucleo's scores.
struct Fuzzy {
    matcher: Matcher,
    pattern: Pattern,
    least: u32,
    text: Vec<char>,
}

impl Fuzzy {
    fn new(query: &str) -> Self {
        let (case, normal) = (CaseMatching::Ignore, Normalization::Smart);
        let letters = query.chars().filter(|c| !c.is_whitespace()).count();
        let mut config = Config::DEFAULT;
        config.prefer_prefix = true;
        Self {
            matcher: Matcher::new(config),
            pattern: Pattern::new(query, case, normal, AtomKind::Fuzzy),
            least: LEAST_SCORE * letters as u32,
            text: Vec::new(),
        }
    }

    fn place(&mut self, entry: &Entry) -> Option<Place> {
        let text = format!("{} {}", entry.title, entry.key);
        let text = Utf32Str::new(&text, &mut self.text);
        let score = self.pattern.score(text, &mut self.matcher)?;
        (score >= self.least).then_some(Place::Fuzzy(u32::MAX - score))
    }

    fn letters(&mut self, title: &str) -> Vec<u32> {
        let mut letters = Vec::new();
        let text = Utf32Str::new(title, &mut self.text);
        if self.pattern.indices(text, &mut self.matcher, &mut letters).is_none() {
            return Vec::new();
        }
        letters.sort_unstable();
        letters.dedup();
        letters
    }
}
