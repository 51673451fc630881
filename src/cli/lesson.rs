//! `driftscope lesson`: checks what lessons claim, and writes handouts of them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use driftscope_base::cancel::Cancel;
use driftscope_study::Networks;
use driftscope_study::lab::{MEASURES, Measure};
use driftscope_study::lesson::{CheckedClaim, LESSONS, Lesson, check_claims};

use super::output::print;
use crate::app::handout::Handout;
use crate::app::offscreen::check_lesson;

/// Check lessons, or write handouts of them.
#[derive(Args, Debug)]
pub struct LessonCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Measure every claim and answer, a line each; exit status 1 if one does not hold.
    Check {
        /// Bundled lessons by name, or lesson files; all bundled ones if none is given.
        #[arg(value_name = "NAME|FILE.toml")]
        lessons: Vec<String>,
    },
    /// Write a lesson out as one HTML file: texts, pictures, films, questions, and answers at the end.
    ///
    /// It needs no other file and no network, and is set for printing. The same lesson gives the same bytes.
    Handout {
        /// A bundled lesson by name, or a lesson file.
        #[arg(value_name = "NAME|FILE.toml")]
        lesson: String,
        /// The page.
        #[arg(long, value_name = "F.html")]
        out: PathBuf,
    },
    /// Print what claims can measure, as a Markdown table.
    Measures,
}

/// The table of the guide.
fn markdown() -> String {
    let call = |measure: &Measure| {
        let own: Vec<String> = measure.own.iter().map(|name| format!("{name}=…")).collect();
        format!("| `{}({})` | {} |\n", measure.name, own.join(", "), measure.about)
    };
    format!(
        "| measure | what it is |\n| --- | --- |\n{}",
        MEASURES.iter().map(call).collect::<String>()
    )
}

impl LessonCommand {
    /// Does what it says.
    ///
    /// # Errors
    /// If a lesson is refused.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        match &self.what {
            What::Check { lessons } => check(lessons),
            What::Handout { lesson, out } => handout(lesson, out),
            What::Measures => print(markdown().as_bytes()).map(|()| ExitCode::SUCCESS),
        }
    }
}

fn handout(name: &str, out: &Path) -> anyhow::Result<ExitCode> {
    let lesson = Lesson::named(name)?;
    check_lesson(&lesson).map_err(|why| anyhow::anyhow!("{name}, {why}"))?;
    let handout = Handout::Lesson(Box::new(lesson));
    handout.save(out, &Networks::default(), &mut |_| true)?;
    Ok(ExitCode::SUCCESS)
}

fn check(named: &[String]) -> anyhow::Result<ExitCode> {
    let all: Vec<String> = match named {
        [] => LESSONS.iter().map(|lesson| lesson.name.to_owned()).collect(),
        named => named.to_vec(),
    };
    let (mut claims, mut wrong) = (0, 0);
    for name in all {
        let lesson = Lesson::named(&name)?;
        check_lesson(&lesson).map_err(|why| anyhow::anyhow!("{name}, {why}"))?;
        let mut written = Ok(());
        check_claims(&lesson, &Networks::default(), &Cancel::default(), |claim| {
            claims += 1;
            wrong += usize::from(!claim.holds());
            if written.is_ok() {
                written = print(format!("{}\n", in_words(&name, &claim)).as_bytes());
            }
        })
        .map_err(|error| anyhow::anyhow!("{error}"))?;
        written?;
    }
    print(format!("{claims} claims, {wrong} wrong\n").as_bytes())?;
    Ok(ExitCode::from(u8::from(wrong > 0)))
}

/// One claim on one line.
fn in_words(lesson: &str, claim: &CheckedClaim) -> String {
    let CheckedClaim { step, text, outcome } = claim;
    let verdict = if claim.holds() { "ok" } else { "WRONG" };
    let found = match outcome {
        Ok(weighed) if text.starts_with("answer ") => format!("{:.4}", weighed.left),
        Ok(weighed) => format!("{:.6} against {:.6}", weighed.left, weighed.right),
        Err(reason) => reason.clone(),
    };
    format!("{verdict:<5} {lesson}, step {}: {text}: {found}", step + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_has_the_table() {
        let guide = include_str!("../../docs/guide.md");
        assert!(guide.contains(&markdown()), "docs/guide.md should have\n{}", markdown());
    }
}
