//! One thing that can be found, and what choosing it does.

use crate::app::command::Command;

/// What an entry is. Among equally good answers the first kinds stand first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A setting at a value that was typed.
    Value,
    /// Something to be done.
    Action,
    /// A setting of the scene or the training.
    Setting,
    /// One of several things that a setting can be.
    Choice,
    /// A sampler or a schedule by the name that another program gives it.
    Elsewhere,
    /// Something that lies on the stage.
    Layer,
    /// How the window looks.
    Theme,
    /// A lesson or a laboratory sheet.
    Lesson,
    /// A bundled scene.
    Scene,
    /// A file that was used.
    File,
    /// A card of the error laboratory.
    Card,
    /// A script to copy.
    Script,
}

impl Kind {
    /// What it is called at the end of a row.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Value | Self::Setting => "setting",
            Self::Action => "action",
            Self::Choice => "choice",
            Self::Elsewhere => "name",
            Self::Layer => "layer",
            Self::Theme => "theme",
            Self::Scene => "scene",
            Self::Lesson => "lesson",
            Self::File => "file",
            Self::Card => "card",
            Self::Script => "script",
        }
    }
}

/// What choosing an entry does.
#[derive(Clone, Debug)]
pub enum Does {
    /// It asks for this.
    Ask(Box<Command>),
    /// It puts this into the field, for a value to be typed behind it.
    Type(String),
}

/// One thing that can be found.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// Its full name, such as `rtol` or `Method: Heun`.
    pub title: String,
    /// Its name in scene files or on the command line, such as `sampler.rtol`; an action's is its title.
    pub key: String,
    /// Its symbol in formulas; empty if it has none.
    pub symbol: &'static str,
    /// What else it is called in the field.
    pub synonyms: Vec<&'static str>,
    /// What stands beside the title: the present value, or the keys that ask for it.
    pub beside: String,
    /// What it does in a sentence, where its key does not say it.
    pub about: String,
    /// What choosing it does.
    pub does: Does,
    /// Why it can do nothing now, if so.
    pub refused: Option<String>,
}

impl Entry {
    /// An entry that asks for a command.
    #[must_use]
    pub fn asking(
        kind: Kind,
        title: impl Into<String>,
        key: impl Into<String>,
        command: Command,
    ) -> Self {
        let does = Does::Ask(Box::new(command));
        let (title, key) = (title.into(), key.into());
        let synonyms = super::synonyms::of(&key);
        let (beside, about) = (String::new(), String::new());
        Self { kind, title, key, symbol: "", synonyms, beside, about, does, refused: None }
    }

    /// With a sentence on what it does.
    #[must_use]
    pub fn about(self, about: impl Into<String>) -> Self {
        Self { about: about.into(), ..self }
    }

    /// Whether its title, its key or another of its names has all of a query in it.
    #[must_use]
    pub fn says(&self, query: &str) -> bool {
        let wanted = plain(query);
        let own = [&*self.title, &*self.key].into_iter().chain(self.synonyms.iter().copied());
        own.into_iter().any(|name| plain(name).contains(&wanted))
    }

    /// With something beside the title.
    #[must_use]
    pub fn beside(self, beside: impl Into<String>) -> Self {
        Self { beside: beside.into(), ..self }
    }

    /// With the reason for which it can do nothing now, if there is one.
    #[must_use]
    pub fn refused(self, refused: Option<impl Into<String>>) -> Self {
        Self { refused: refused.map(Into::into), ..self }
    }

    /// The title without the setting that it is a choice of.
    #[must_use]
    pub fn short(&self) -> &str {
        self.title.rsplit_once(": ").map_or(&*self.title, |(_, short)| short)
    }
}

/// A name as it is compared: small letters, words apart by one space.
#[must_use]
pub fn plain(name: &str) -> String {
    let apart = |c: char| c.is_whitespace() || "-–_:,()'’·/=…+".contains(c);
    let words = name.split(apart).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}
