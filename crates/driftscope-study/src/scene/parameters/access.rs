//! How a setting is read and set, by its place in what holds it.

/// Of a setting that is always there.
macro_rules! given {
    ($owner:ty: $($path:ident).+) => {
        $crate::scene::parameters::kind::Access::<$owner, _> {
            get: |owner| Some(owner.$($path).+),
            set: |owner, value| {
                owner.$($path).+ = value.unwrap_or_else(|| <$owner>::default().$($path).+);
            },
        }
    };
}

/// Of a size that is always there.
macro_rules! counted {
    ($owner:ty: $($path:ident).+) => {
        $crate::scene::parameters::kind::Access::<$owner, u64> {
            get: |owner| Some(owner.$($path).+ as u64),
            set: |owner, value| {
                owner.$($path).+ =
                    value.map_or_else(|| <$owner>::default().$($path).+, |value| value as usize);
            },
        }
    };
}

/// Of a setting that need not be there.
macro_rules! optional {
    ($owner:ty: $($path:ident).+) => {
        $crate::scene::parameters::kind::Access::<$owner, _> {
            get: |owner| owner.$($path).+,
            set: |owner, value| owner.$($path).+ = value,
        }
    };
}

/// Of a choice that is always made.
macro_rules! chosen {
    ($owner:ty: $($path:ident).+) => {
        $crate::scene::parameters::kind::Access::<$owner, &'static str> {
            get: |owner| {
                Some($crate::scene::parameters::choice::Named::words(owner.$($path).+).name)
            },
            set: |owner, name| {
                owner.$($path).+ = name
                    .and_then($crate::scene::parameters::choice::Named::named)
                    .unwrap_or_else(|| <$owner>::default().$($path).+);
            },
        }
    };
}

/// Of a choice that need not be made.
macro_rules! chosen_if_any {
    ($owner:ty: $($path:ident).+) => {
        $crate::scene::parameters::kind::Access::<$owner, &'static str> {
            get: |owner| {
                let words = $crate::scene::parameters::choice::Named::words;
                owner.$($path).+.map(|choice| words(choice).name)
            },
            set: |owner, name| {
                owner.$($path).+ =
                    name.and_then($crate::scene::parameters::choice::Named::named);
            },
        }
    };
}

pub(super) use {chosen, chosen_if_any, counted, given, optional};
