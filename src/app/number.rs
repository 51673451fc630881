//! Numbers as a person reads them: three significant digits, thin spaces between groups of three,
//! powers of ten on logarithmic axes.

/// Between groups of three digits, and between a number and its unit.
pub const THIN: char = '\u{2009}';

/// A whole number with thin spaces: `12 345`.
#[must_use]
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    if digits.len() <= 4 {
        return digits;
    }
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(THIN);
        }
        text.push(digit);
    }
    text
}

/// Three significant digits, `1.2e-5` outside of 0.001 to 100 000.
#[must_use]
pub fn three(value: f64) -> String {
    if value.is_nan() {
        return "–".into();
    }
    if value == 0.0 || value.is_infinite() {
        return if value == 0.0 { "0".into() } else { "∞".into() };
    }
    let size = value.abs();
    if !(1e-3..1e5).contains(&size) {
        return scientific(value);
    }
    let before = size.log10().floor() as i32;
    let decimals = (2 - before).max(0) as usize;
    if decimals == 0 {
        let sign = if value < 0.0 { "−" } else { "" };
        return format!("{sign}{}", count(size.round() as u64));
    }
    format!("{value:.decimals$}").replace('-', "−")
}

/// `1e-6`, `2.5e-4`: as one types it.
#[must_use]
pub fn scientific(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let text = format!("{value:.2e}");
    let Some((digits, exponent)) = text.split_once('e') else { return text };
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    format!("{digits}e{exponent}")
}

/// A mean of counts: whole if it is, else with three significant digits.
#[must_use]
pub fn mean(value: f64) -> String {
    if (value - value.round()).abs() < 5e-3 || value >= 100.0 {
        count(value.round() as u64)
    } else {
        three(value)
    }
}

/// `10⁻³`.
#[must_use]
pub fn power_of_ten(exponent: i32) -> String {
    const SUPERSCRIPTS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    if exponent == 0 {
        return "1".into();
    }
    let mut text = String::from("10");
    if exponent < 0 {
        text.push('⁻');
    }
    for digit in exponent.unsigned_abs().to_string().bytes() {
        text.push(SUPERSCRIPTS[usize::from(digit - b'0')]);
    }
    text
}

/// Bytes in units of 1000: `224 kB`.
#[must_use]
pub fn bytes(value: usize) -> String {
    let value = value as f64;
    let (value, unit) = match value {
        v if v < 1e3 => (v, "B"),
        v if v < 1e6 => (v / 1e3, "kB"),
        v if v < 1e9 => (v / 1e6, "MB"),
        v => (v / 1e9, "GB"),
    };
    format!("{}{THIN}{unit}", three(value))
}

/// A span of time: `41.2 ms`, `1.85 s`, `2 min 05 s`.
#[must_use]
pub fn duration(span: std::time::Duration) -> String {
    let secs = span.as_secs_f64();
    if secs < 1.0 {
        format!("{}{THIN}ms", three(secs * 1e3))
    } else if secs < 100.0 {
        format!("{}{THIN}s", three(secs))
    } else {
        let whole = secs.round() as u64;
        format!("{}{THIN}min {:02}{THIN}s", whole / 60, whole % 60)
    }
}

/// `1 step`, `2 steps`: the noun in the number of `count`.
#[must_use]
pub fn plural<'a>(count: f64, one: &'a str, many: &'a str) -> &'a str {
    if (count - 1.0).abs() < 1e-9 { one } else { many }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_significant_digits() {
        for (value, text) in [
            (0.0, "0"),
            (0.03127, "0.0313"),
            (1.0, "1.00"),
            (61.84, "61.8"),
            (614.2, "614"),
            (12345.0, "12\u{2009}345"),
            (2.5e-7, "2.5e-7"),
            (-0.5, "−0.500"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(three(value), text);
        }
    }

    #[test]
    fn groups_and_powers() {
        assert_eq!(count(9999), "9999");
        assert_eq!(count(1234567), "1\u{2009}234\u{2009}567");
        assert_eq!(power_of_ten(-10), "10⁻¹⁰");
        assert_eq!(power_of_ten(0), "1");
        assert_eq!(scientific(1e-6), "1e-6");
        assert_eq!(mean(62.0), "62");
        assert_eq!(mean(9.52), "9.52");
    }
}
