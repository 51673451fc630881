//! In front of a class: a pen whose strokes stay with the plot's coordinates, a dot of light, a blank
//! screen or one that stands still, a window of one's own.

/// What the pointer is over the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InHand {
    /// What it always is.
    #[default]
    Nothing,
    /// A pen.
    Pen,
    /// A dot of light.
    Light,
}

/// A stroke of the pen.
#[derive(Clone, Debug, PartialEq)]
pub struct InkStroke {
    /// The pane it was drawn on.
    pub pane: usize,
    /// Its points, in the plot's coordinates.
    pub points: Vec<[f64; 2]>,
}

/// Where a dot of light lies on a stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LightSpot {
    /// The pane.
    pub pane: usize,
    /// The place, in the plot's coordinates.
    pub at: [f64; 2],
}

/// What a speaker has in hand, and what was drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lectern {
    /// What the pointer is over the stage.
    pub in_hand: InHand,
    /// Whether the screen is blank.
    pub blank: bool,
    /// Whether the screen shows what it showed, whatever is done.
    pub frozen: bool,
    /// Whether the speaker has a window.
    pub speaker: bool,
    /// What was drawn.
    pub ink: Vec<InkStroke>,
    /// Where the dot of light lies, if it lies on a stage, be it the class's or the speaker's: it is on both.
    pub light: Option<LightSpot>,
}

/// What a speaker asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum LecternCommand {
    /// Take this in hand, or put it away if it is.
    Take(InHand),
    /// Blank the screen, or show it again.
    ToggleBlank,
    /// Let the screen stand still, or show again what is done.
    ToggleFreeze,
    /// Open the speaker's window, or close it.
    ToggleSpeaker,
    /// One more stroke.
    Draw(InkStroke),
    /// All strokes go.
    Erase,
    /// The dot of light lies there, or on no stage.
    Shine(Option<LightSpot>),
}

impl Lectern {
    /// Does what a speaker asks for.
    pub fn carry_out(&mut self, command: LecternCommand) {
        if let LecternCommand::Take(_) = command {
            self.light = None;
        }
        match command {
            LecternCommand::Take(what) if self.in_hand == what => self.in_hand = InHand::Nothing,
            LecternCommand::Take(what) => self.in_hand = what,
            LecternCommand::ToggleBlank => self.blank = !self.blank,
            LecternCommand::ToggleFreeze => self.frozen = !self.frozen,
            LecternCommand::ToggleSpeaker => self.speaker = !self.speaker,
            LecternCommand::Draw(stroke) => self.ink.push(stroke),
            LecternCommand::Erase => self.ink.clear(),
            LecternCommand::Shine(light) => self.light = light,
        }
    }
}
