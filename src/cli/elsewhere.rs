//! `driftscope methods --elsewhere`: samplers and schedules under the names of other programs, as a page.

use std::fmt::Write;

use driftscope_study::scene::alias::{Alias, LEFT_OUT, Program, SAMPLERS, SCHEDULES};

/// The page, as Markdown.
#[must_use]
pub fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    table(&mut page, "Samplers", SAMPLERS);
    page.push_str(NOISE);
    table(&mut page, "Schedules", SCHEDULES);
    page.push_str("\n## Left out\n\n| names | why |\n| --- | --- |\n");
    for (names, why) in LEFT_OUT {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        // Nothing can go wrong in writing to a text.
        let _ = writeln!(page, "| {} | {why} |", names.join(", "));
    }
    page
}

fn table(page: &mut String, title: &str, all: &[Alias]) {
    let _ = write!(page, "\n## {title}\n\n|");
    for program in Program::ALL {
        let _ = write!(page, " {} |", program.title());
    }
    page.push_str(" here | there |\n| --- | --- | --- | --- | --- | --- |\n");
    for alias in all {
        page.push('|');
        for program in Program::ALL {
            let own = alias.names.iter().filter(|(of, _)| *of == program);
            let names: Vec<String> = own.map(|(_, name)| format!("`{name}`")).collect();
            let _ = write!(page, " {} |", names.join(", "));
        }
        let settings: Vec<String> =
            alias.settings.iter().map(|setting| format!("`{setting}`")).collect();
        let _ = writeln!(page, " {} | {} |", settings.join(" "), alias.differs);
    }
}

const INTRODUCTION: &str = "# Samplers elsewhere

Made by `driftscope methods --elsewhere` from the table that `sampler.alias`, scene files and the finder use; a test
compares this page with it.

`--set sampler.alias=\"DPM++ 2M SDE Karras\"`, `alias = \"…\"` under `[sampler]` of a scene file, or the name typed into
the finder (Ctrl-K) sets the method, what belongs to it and, with a schedule behind the sampler, the grid. Capitals and
what stands between words make no difference, unless two programs mean different things. A scene that is saved says the
settings, not the name; what a scene file says beside a name holds.

Levels are σ/α, and Stable Diffusion's are 14.6146 to 0.0292. Runs of all of these programs in double precision are
reproduced to 1e-13 by `tests/samplers.rs` (Euler a on flow models to 1e-10).
";

const NOISE: &str = "
## What the noise means

In the limit of small steps every noisy sampler solves the reverse SDE of the form SBDM with a norm n of its own: η² for
ancestral steps (`sampler.eta` of `ddim`, `dpm-solver-2`, `dpmpp-2s`, `dpmpp-sde`), η for Euler a on flow models and for
the SDE forms of DPM-Solver++ (`sampler.eta_sde`), τ² for SA-Solver, and `k f'/f − 1` at the level k for ER-SDE. So η =
0.5 is three different samplers. All of them keep the marginals p_t; `tests/sampler_laws.rs` measures the norms. They
draw from the particle's own Brownian path, the same for all of them and for the SDE schemes; DPM-Solver++ SDE takes
its second draw from the path's space–time area. On paths that begin with noise alone (α = 0) the first step forgets
its noise in the share η² (ancestral) or whole (SDE forms).
";

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_in_docs_is_this_commands_output() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/samplers-elsewhere.md");
        let written = std::fs::read_to_string(path).expect("docs/samplers-elsewhere.md");
        let made = super::page();
        assert!(
            written == made,
            "run `driftscope methods --elsewhere > docs/samplers-elsewhere.md`"
        );
    }
}
