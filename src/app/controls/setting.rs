//! The control of a setting: its words, bounds and reasons are those of its row in the table of
//! parameters.

use std::ops::{Bound, RangeInclusive};

use driftscope_study::scene::parameters::{
    Choice, Choices, Kind, Number, Parameter, Range, Scale as Spread, Settings, Unit,
};
use eframe::egui::Ui;

use super::row::{Checked, Entry, Row, Scale};
use crate::app::number;

/// Beyond it not every whole number is one of the control's.
const MOST_EXACT: u64 = (1 << 53) - 1;

/// Why something cannot be, for what a document does not know of.
type Refuses<'a, O> = &'a dyn Fn(&O) -> Option<&'static str>;

/// A setting that is drawn.
pub struct Setting<'a, O: 'static> {
    parameter: &'static Parameter<O>,
    disabled: Option<&'a str>,
    /// Said behind what the table says.
    more: &'a str,
    /// Why an entry cannot be chosen, by what its owner would become.
    refuses: Option<Refuses<'a, O>>,
}

impl<O: Settings> Setting<'_, O> {
    /// The setting `key` of `owner`, disabled where it has no effect.
    ///
    /// # Panics
    /// If there is none of that name.
    #[must_use]
    pub fn of(owner: &O, key: &str) -> Self {
        let parameter = O::parameter(key);
        Self { parameter, disabled: parameter.idle(owner), more: "", refuses: None }
    }
}

impl<'a, O: Settings> Setting<'a, O> {
    /// Disables it for one more reason, if there is one.
    #[must_use]
    pub fn unless(self, reason: Option<&'a str>) -> Self {
        Self { disabled: self.disabled.or(reason), ..self }
    }

    /// Disables it for this reason alone, if it is one.
    #[must_use]
    pub fn only(self, reason: Option<&'a str>) -> Self {
        Self { disabled: reason, ..self }
    }

    /// Says more in its tooltip.
    #[must_use]
    pub fn saying(self, more: &'a str) -> Self {
        Self { more, ..self }
    }

    /// Refuses entries of its menu for what the document does not know of.
    #[must_use]
    pub fn refusing(self, refuses: Refuses<'a, O>) -> Self {
        Self { refuses: Some(refuses), ..self }
    }

    /// Its name and what is said about it.
    #[must_use]
    pub fn row(&self) -> Row<'a> {
        Row::new(self.parameter.title, self.parameter.about).disabled(self.disabled)
    }

    /// A slider with its value beside it; whether it was moved.
    ///
    /// # Panics
    /// If the setting is no number.
    pub fn slider(self, ui: &mut Ui, owner: &mut O) -> bool {
        let row = self.row();
        self.numeric(owner, |value, scale| row.slider(ui, value, scale))
    }

    /// A number to type or drag; whether it was changed. 0 stands for none where that is allowed.
    ///
    /// # Panics
    /// If the setting is no number.
    pub fn number(self, ui: &mut Ui, owner: &mut O) -> bool {
        let row = self.row();
        self.numeric(owner, |value, scale| row.number(ui, value, scale))
    }

    /// Whether it is a number.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self.parameter.kind, Kind::Real(_) | Kind::Whole(_))
    }

    fn numeric(&self, owner: &mut O, edit: impl FnOnce(&mut f64, &Scale<'_>) -> bool) -> bool {
        match &self.parameter.kind {
            Kind::Real(number) => edit_real(number, owner, edit),
            Kind::Whole(number) => edit_whole(number, owner, edit),
            _ => panic!("{} is no number", self.parameter.key),
        }
    }

    /// A box to tick; whether it was.
    ///
    /// # Panics
    /// If the setting is no switch.
    pub fn tick(self, ui: &mut Ui, owner: &mut O) -> bool {
        let Kind::Switch(switch) = &self.parameter.kind else {
            panic!("{} is no switch", self.parameter.key)
        };
        let stands_in = switch.absent.as_ref().and_then(|absent| absent.value);
        let stands_in = || stands_in.map(|value| value(owner));
        let mut on = (switch.access.get)(owner).or_else(stands_in).unwrap_or_default();
        let ticked = self.row().tick(ui, &mut on);
        if ticked {
            (switch.access.set)(owner, Some(on));
        }
        ticked
    }

    fn choices(&self) -> &'static Choices<O> {
        let Kind::Choice(choices) = &self.parameter.kind else {
            panic!("{} is no choice", self.parameter.key)
        };
        choices
    }
}

impl<O: Settings + Checked> Setting<'_, O> {
    /// A menu of all that it can be.
    ///
    /// # Panics
    /// If the setting is no choice.
    pub fn menu(self, ui: &mut Ui, owner: &mut O) {
        let set = self.choices().access.set;
        // What stands for none has no name.
        let given = |name: &'static str| Some(name).filter(|name| !name.is_empty());
        self.menu_of(ui, owner, |_| true, move |owner, name| set(owner, given(name)));
    }

    /// A menu of some of what it can be; `choose` sets it, and what goes with it.
    ///
    /// # Panics
    /// If the setting is no choice.
    pub fn menu_of(
        self,
        ui: &mut Ui,
        owner: &mut O,
        offers: impl Fn(&Choice) -> bool,
        choose: impl Fn(&mut O, &'static str),
    ) {
        let choices = self.choices();
        let absent = choices.absent.as_ref();
        // What stands for none has no name, and is an entry only where it can be chosen.
        let none =
            absent.map(|absent| Choice { name: "", title: absent.title, about: absent.about });
        let current = choices.in_force(owner).or(none);
        let none = none.filter(|_| choices.optional);
        let all = none.into_iter().chain((choices.all)().into_iter().filter(offers));
        self.menu_among(ui, owner, current, all, choose);
    }

    /// A menu of these; `current` is what holds, whether it is one of them or not.
    pub fn menu_among(
        self,
        ui: &mut Ui,
        owner: &mut O,
        current: Option<Choice>,
        all: impl Iterator<Item = Choice>,
        choose: impl Fn(&mut O, &'static str),
    ) {
        let (shown, told) = current.map_or(("", ""), |choice| (choice.title, choice.about));
        let parts = [self.parameter.about, told, self.more];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let about = parts.join("\n");
        let row = Row { about: &about, ..self.row() };
        let refuses = self.refuses;
        let entries = all.map(|choice| {
            let mut becomes = owner.clone();
            choose(&mut becomes, choice.name);
            let Choice { title, about, .. } = choice;
            let refused = refuses.and_then(|refuses| refuses(&becomes));
            let (title, about) = (title.into(), about.into());
            Entry { title, about, on: current == Some(choice), becomes, refused }
        });
        if let Some(becomes) = row.menu(ui, owner, shown, entries) {
            *owner = becomes;
        }
    }

    /// All that it can be side by side.
    ///
    /// # Panics
    /// If the setting is no choice.
    pub fn segments(self, ui: &mut Ui, owner: &mut O) {
        let choices = self.choices();
        let current = choices.in_force(owner).map(|choice| choice.name);
        let none = choices.absent.as_ref().filter(|_| choices.optional);
        let none = none.map(|absent| (None, absent.title, absent.about));
        let all = (choices.all)().into_iter();
        let all = all.map(|Choice { name, title, about }| (Some(name), title, about));
        let entries = none.into_iter().chain(all).map(|(name, title, about)| {
            let mut becomes = owner.clone();
            (choices.access.set)(&mut becomes, name);
            let (title, about) = (title.into(), about.into());
            Entry { title, about, on: current == name, becomes, refused: None }
        });
        if let Some(becomes) = self.row().segments(ui, owner, entries.collect()) {
            *owner = becomes;
        }
    }

    /// The control that suits what values it has; none for what is written out.
    pub fn any(self, ui: &mut Ui, owner: &mut O) {
        match &self.parameter.kind {
            Kind::Real(_) | Kind::Whole(_) => {
                self.slider(ui, owner);
            }
            Kind::Switch(_) => {
                self.tick(ui, owner);
            }
            Kind::Choice(_) => self.menu(ui, owner),
            Kind::Text(_) | Kind::List(_) => {}
        }
    }
}

/// What a setting says as things stand, as its control shows it.
#[must_use]
pub fn in_words<O>(parameter: &Parameter<O>, owner: &O) -> String {
    let absent = parameter.absent().unwrap_or_default();
    let words = match &parameter.kind {
        Kind::Real(number) => number.in_force(owner).map(|value| written(number.unit, value)),
        Kind::Whole(number) => number.in_force(owner).map(number::count),
        Kind::Switch(switch) => {
            let stands_in = switch.absent.as_ref().and_then(|absent| absent.value);
            let on = (switch.access.get)(owner).or_else(|| Some(stands_in?(owner)));
            on.map(|on| if on { "on" } else { "off" }.to_owned())
        }
        Kind::Choice(choices) => choices.in_force(owner).map(|choice| choice.title.to_owned()),
        Kind::Text(text) | Kind::List(text) => (text.read)(owner),
    };
    words.unwrap_or_else(|| absent.to_owned())
}

fn edit_real<O: Settings>(
    setting: &Number<O, f64>,
    owner: &mut O,
    edit: impl FnOnce(&mut f64, &Scale<'_>) -> bool,
) -> bool {
    let given = (setting.access.get)(owner);
    // 0 stands for none where no number stands in for it.
    let none = setting.absent.as_ref().filter(|absent| absent.value.is_none());
    let allowed = match none {
        Some(_) => Range { least: Bound::Included(0.0), ..setting.range },
        None => setting.range,
    };
    // Of a setting that need not be there a scene file can say 0 and mean it.
    let always = || (setting.access.get)(&O::default()).is_some();
    let zero = none.map(|absent| absent.title).filter(|_| given != Some(0.0) || always());
    let format = |value: f64| match zero {
        Some(words) if value == 0.0 => words.to_owned(),
        _ => written(setting.unit, value),
    };
    let scale = Scale {
        slider: setting.slider.clone().unwrap_or_else(|| ends(allowed)),
        allowed,
        logarithmic: setting.scale == Spread::Logarithmic,
        whole: setting.whole,
        format: &format,
    };
    let mut value = setting.in_force(owner).unwrap_or(0.0);
    let changed = edit(&mut value, &scale);
    if changed {
        (setting.access.set)(owner, Some(value).filter(|&value| none.is_none() || value > 0.0));
    }
    changed
}

fn edit_whole<O>(
    setting: &Number<O, u64>,
    owner: &mut O,
    edit: impl FnOnce(&mut f64, &Scale<'_>) -> bool,
) -> bool {
    let mut value = setting.in_force(owner).unwrap_or_default() as f64;
    let changed = edit(&mut value, &counts(setting));
    if changed {
        (setting.access.set)(owner, Some(value as u64));
    }
    changed
}

/// How a whole number is shown, dragged and bounded.
pub fn counts<O>(setting: &Number<O, u64>) -> Scale<'static> {
    let bound = |bound: Bound<u64>| bound.map(|value| value.min(MOST_EXACT) as f64);
    let allowed =
        Range { least: bound(setting.range.least), greatest: bound(setting.range.greatest) };
    let slider = setting.slider.as_ref();
    Scale {
        slider: slider.map_or_else(|| ends(allowed), |s| *s.start() as f64..=*s.end() as f64),
        allowed,
        logarithmic: setting.scale == Spread::Logarithmic,
        whole: true,
        format: &|value| number::count(value.round() as u64),
    }
}

/// Of a slider over all that is allowed.
fn ends(allowed: Range<f64>) -> RangeInclusive<f64> {
    let end = |bound| match bound {
        Bound::Included(end) | Bound::Excluded(end) => Some(end),
        Bound::Unbounded => None,
    };
    let least = end(allowed.least).unwrap_or(0.0);
    least..=end(allowed.greatest).unwrap_or(least + 1.0)
}

/// A number with its unit.
fn written(unit: Unit, value: f64) -> String {
    match unit {
        Unit::One => number::three(value),
        Unit::Power => number::scientific(value),
        Unit::Multiple => format!("{}{}{}", number::three(value), number::THIN, unit.symbol()),
        Unit::Degree => format!("{value:.0}{}", unit.symbol()),
        Unit::Share => format!("{:.0}{}%", value * 100.0, number::THIN),
    }
}
