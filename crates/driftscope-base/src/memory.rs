//! How much memory and disk there is, and refusing in time what would not fit.
//!
//! Memory that cannot be had ends the process, so whatever grows with products of what a person
//! chose is estimated before it is begun. Where a limit is not known (outside Linux) there is none.

use std::fmt;
use std::path::Path;

use thiserror::Error;

/// Work that would not fit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{what} would take about {}, and {limit}: {advice}", size(*needed))]
pub struct TooLarge {
    /// What was asked for, with its numbers.
    pub what: String,
    /// Bytes that it would take, about.
    pub needed: u64,
    /// What there is.
    pub limit: Limit,
    /// What to lower.
    pub advice: &'static str,
}

/// What there is of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Bytes that are left.
    pub free: u64,
    /// Of what, such as "memory".
    pub of: String,
}

impl Limit {
    /// Refuses what would take `needed` bytes of this.
    ///
    /// # Errors
    /// [`TooLarge`] if that is more than is left.
    pub fn check(self, what: &str, needed: u64, advice: &'static str) -> Result<(), TooLarge> {
        if needed <= self.free {
            return Ok(());
        }
        Err(TooLarge { what: what.to_owned(), needed, limit: self, advice })
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} are left", size(self.free), self.of)
    }
}

/// Bytes in words, to two or three digits.
fn size(bytes: u64) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    let digits = usize::from(unit > 0 && value < 99.5);
    format!("{value:.digits$} {}", units[unit])
}

/// The product of what a person chose, as many bytes as there are at most.
#[must_use]
pub fn product(factors: &[usize]) -> u64 {
    factors.iter().fold(1, |product: u64, &factor| product.saturating_mul(factor as u64))
}

/// Refuses what would take `needed` bytes of memory now.
///
/// # Errors
/// [`TooLarge`] if neither the machine nor the limit on the address space (`ulimit -v`) leaves so
/// much.
pub fn check_memory(what: &str, needed: u64, advice: &'static str) -> Result<(), TooLarge> {
    match available() {
        Some(limit) => limit.check(what, needed, advice),
        None => Ok(()),
    }
}

/// Refuses what would take `needed` bytes in `folder`, or in the one it would be made in.
///
/// # Errors
/// [`TooLarge`] if the disk has no room for it.
pub fn check_disk(
    folder: &Path,
    what: &str,
    needed: u64,
    advice: &'static str,
) -> Result<(), TooLarge> {
    match free_disk(folder) {
        Some(limit) => limit.check(what, needed, advice),
        None => Ok(()),
    }
}

/// Adds a row to rows that may become more than there is memory for.
///
/// # Errors
/// [`TooLarge`] instead of growing beyond what there is.
pub fn push<T>(rows: &mut Vec<T>, row: T, what: &str) -> Result<(), TooLarge> {
    /// What is smaller than this, in bytes, need not be asked for.
    const SMALL: usize = 1 << 20;
    if rows.len() == rows.capacity() {
        let next = (2 * rows.len()).max(64);
        if next * size_of::<T>() > SMALL {
            check_memory(what, product(&[next, size_of::<T>()]), "give fewer rows")?;
        }
        rows.reserve_exact(next - rows.len());
    }
    rows.push(row);
    Ok(())
}

/// What memory there is for this process, if that is known: the smaller of what the machine has
/// free and what the limit on the address space leaves.
#[must_use]
pub fn available() -> Option<Limit> {
    [machine_memory(), address_space()].into_iter().flatten().min_by_key(|limit| limit.free)
}

/// What `folder`, or the nearest folder above it that exists, has room for.
#[must_use]
pub fn free_disk(folder: &Path) -> Option<Limit> {
    let there = folder.ancestors().find(|folder| folder.exists());
    // An empty path is the folder at hand.
    let there = there.filter(|there| *there != Path::new("")).unwrap_or(Path::new("."));
    Some(Limit { free: free_bytes(there)?, of: format!("the disk at {}", there.display()) })
}

#[cfg(target_os = "linux")]
fn machine_memory() -> Option<Limit> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(Limit { free: 1024 * kibibytes, of: "memory".into() })
}

#[cfg(not(target_os = "linux"))]
fn machine_memory() -> Option<Limit> {
    None
}

#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "there is no safe call for this in the dependencies")]
#[allow(clippy::useless_conversion, reason = "machines of 32 bits have narrower numbers")]
fn address_space() -> Option<Limit> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the call writes into the struct that it is given, and keeps no pointer to it.
    let failed = unsafe { libc::getrlimit(libc::RLIMIT_AS, &raw mut limit) } != 0;
    if failed || limit.rlim_cur == libc::RLIM_INFINITY {
        return None;
    }
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmSize:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    let free = u64::from(limit.rlim_cur).saturating_sub(1024 * kibibytes);
    Some(Limit { free, of: "the address space (ulimit -v)".into() })
}

#[cfg(not(target_os = "linux"))]
fn address_space() -> Option<Limit> {
    None
}

#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "there is no safe call for this in the dependencies")]
#[allow(clippy::useless_conversion, reason = "machines of 32 bits have narrower numbers")]
fn free_bytes(folder: &Path) -> Option<u64> {
    use std::os::unix::ffi::OsStrExt;

    let path = std::ffi::CString::new(folder.as_os_str().as_bytes()).ok()?;
    let mut disk = std::mem::MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: the path ends in 0, and the call writes into the struct that it is given.
    let failed = unsafe { libc::statvfs(path.as_ptr(), disk.as_mut_ptr()) } != 0;
    if failed {
        return None;
    }
    // SAFETY: a call that does not fail has written all of it.
    let disk = unsafe { disk.assume_init() };
    Some(u64::from(disk.f_bavail).saturating_mul(u64::from(disk.f_frsize)))
}

#[cfg(not(target_os = "linux"))]
fn free_bytes(_folder: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused_with_its_numbers() {
        let limit = Limit { free: 2_500_000_000, of: "memory".into() };
        assert!(limit.clone().check("little", 2_500_000_000, "").is_ok());
        let error = limit.check("3 × 4 things", 7_123_000_000_000, "lower things");
        assert_eq!(
            error.expect_err("too large").to_string(),
            "3 × 4 things would take about 7.1 TB, and 2.5 GB of memory are left: lower things"
        );
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(999_600), "1.0 MB");
        assert_eq!(product(&[usize::MAX, usize::MAX]), u64::MAX);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_machine_has_memory_and_a_disk() {
        assert!(available().expect("Linux says so").free > 0);
        let (here, nowhere) = (free_disk(Path::new("")), free_disk(Path::new("not/there")));
        assert!(here.clone().expect("a disk").free > 0);
        assert_eq!(here.map(|limit| limit.of), nowhere.map(|limit| limit.of));
        assert!(check_memory("too much", u64::MAX, "").is_err());
        assert!(check_disk(Path::new("."), "too much", u64::MAX, "").is_err());
    }

    #[test]
    fn rows_grow() {
        let mut rows = Vec::new();
        for row in 0..200_000_u64 {
            push(&mut rows, row, "rows").expect("there is room");
        }
        assert!(rows.iter().copied().eq(0..200_000));
    }
}
