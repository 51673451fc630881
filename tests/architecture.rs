//! The picture of the house in `docs/architecture.md`: which crates and modules there are and what each
//! uses. No arrow points upwards, between crates nor between the files of one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// The crates from the ground up: folder, and what lives there.
const CRATES: [(&str, &str); 5] = [
    ("crates/driftscope-base", "the ground"),
    ("crates/driftscope-solve", "solvers and measures"),
    ("crates/driftscope-flow", "distributions, paths, fields, networks"),
    ("crates/driftscope-study", "an experiment that needs no window"),
    (".", "window and command line"),
];
/// What only the window and the command line may depend on.
const EDGES: [&str; 8] =
    ["eframe", "egui_plot", "egui-wgpu", "egui-notify", "wgpu", "clap", "ctrlc", "rfd"];

/// A module: its names from the crate's root.
type Module = Vec<String>;

/// The modules of a crate and what each uses, tests left out.
struct Sources {
    files: BTreeMap<Module, String>,
    /// What a module offers under a name of its own, and where that comes from.
    exports: BTreeMap<(Module, String), Vec<String>>,
}

impl Sources {
    fn read(folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        collect(folder, &mut Vec::new(), &mut files);
        let mut exports = BTreeMap::new();
        for (module, text) in &files {
            for (public, path) in imports(text) {
                let last = path.last().cloned().unwrap_or_default();
                let name = last.split(" as ").last().unwrap_or_default().to_owned();
                if public {
                    exports.insert((module.clone(), name), path);
                }
            }
        }
        Self { files, exports }
    }

    /// The module in which what `path` names, as seen from `module`, is defined; none if that is
    /// another crate's.
    fn find(&self, module: &Module, path: &[String]) -> Option<Module> {
        let mut rest = path;
        let mut here = match rest.first()?.as_str() {
            "crate" => Vec::new(),
            "self" => module.clone(),
            "super" => module[..module.len().checked_sub(1)?].to_vec(),
            // A module beside or below, or another crate.
            first => {
                let child = [&module[..], &[first.to_owned()]].concat();
                self.files.get(&child)?;
                rest = &rest[1..];
                return self.walk(child, rest);
            }
        };
        rest = &rest[1..];
        while rest.first().is_some_and(|name| name == "super") {
            here.pop();
            rest = &rest[1..];
        }
        self.walk(here, rest)
    }

    fn walk(&self, mut here: Module, rest: &[String]) -> Option<Module> {
        for (k, name) in rest.iter().enumerate() {
            let name = name.split(" as ").next().unwrap_or_default();
            let child = [&here[..], &[name.to_owned()]].concat();
            if self.files.contains_key(&child) {
                here = child;
            } else if let Some(path) = self.exports.get(&(here.clone(), name.to_owned())) {
                let path = [path, &rest[k + 1..]].concat();
                return self.find(&here, &path);
            } else {
                break;
            }
        }
        self.files.contains_key(&here).then_some(here)
    }

    /// Which files use which.
    fn arrows(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let uses = |(module, text): (&Module, &String)| {
            // What a folder offers of its own files it need not use itself.
            let elsewhere = |path: &[String]| path[0] == "crate" || path[0] == "super";
            let imported = imports(text).into_iter();
            let imported = imported.filter(|(public, path)| !public || elsewhere(path));
            let paths = imported.map(|(_, path)| path).chain(inline(text));
            let found = paths.filter_map(|path| self.find(module, &path));
            (module.clone(), found.filter(|other| other != module).collect())
        };
        self.files.iter().map(uses).collect()
    }
}

/// The files below `folder`, without their tests.
fn collect(folder: &Path, module: &mut Module, files: &mut BTreeMap<Module, String>) {
    let entries = std::fs::read_dir(folder).expect("a folder of sources");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if name == "tests" {
            continue;
        }
        if path.is_dir() {
            module.push(name);
            collect(&path, module, files);
            module.pop();
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = std::fs::read_to_string(&path).expect("a source");
            // What only tests see needs no place on a floor.
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
            let root = ["lib", "main", "mod"].contains(&name.as_str());
            let own = if root { module.clone() } else { [&module[..], &[name]].concat() };
            files.entry(own).or_default().push_str(&lines.collect::<Vec<_>>().join("\n"));
        }
    }
}

/// The trees of `use` declarations: where each declaration begins and ends, and whether it is offered
/// to others.
fn declarations(text: &str) -> Vec<(std::ops::Range<usize>, bool)> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices("use ") {
        let line = text[..start].rsplit('\n').next().unwrap_or_default().trim();
        let visibility = line.starts_with("pub") && !line.contains(' ');
        if line.is_empty() || visibility {
            let end = text[start..].find(';').map_or(text.len(), |length| start + length);
            found.push((start..end, visibility));
        }
    }
    found
}

/// The paths of `use` declarations, one for each name, and whether it is offered to others.
fn imports(text: &str) -> Vec<(bool, Vec<String>)> {
    let mut found = Vec::new();
    for (place, visibility) in declarations(text) {
        let tree = text[place].trim_start_matches("use ");
        let tree: String = tree.split_whitespace().collect::<Vec<_>>().join(" ");
        spread(&[], &tree, &mut |path| found.push((visibility, path)));
    }
    found
}

/// Every path of a tree of `use`.
fn spread(before: &[String], tree: &str, take: &mut impl FnMut(Vec<String>)) {
    let tree = tree.trim();
    let Some(brace) = tree.find('{') else {
        let own = tree.split("::").map(|name| name.trim().to_owned());
        let path: Vec<String> = before.iter().cloned().chain(own).collect();
        take(path);
        return;
    };
    let own = tree[..brace].split("::").map(str::trim).filter(|name| !name.is_empty());
    let path: Vec<String> = before.iter().cloned().chain(own.map(str::to_owned)).collect();
    let inner = &tree[brace + 1..tree.rfind('}').unwrap_or(tree.len())];
    let (mut depth, mut from) = (0, 0);
    for (i, letter) in inner.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                spread(&path, &inner[from..i], take);
                from = i + 1;
            }
            _ => {}
        }
    }
    if !inner[from..].trim().is_empty() {
        spread(&path, &inner[from..], take);
    }
}

/// Paths anywhere else: those that begin with `crate`, `super` or `self`, and those that may begin with
/// a module below.
fn inline(text: &str) -> Vec<Vec<String>> {
    let mut rest = text.to_owned();
    for (place, _) in declarations(text) {
        let blank = " ".repeat(place.len());
        rest.replace_range(place, &blank);
    }
    // Who may see something does not make it use them.
    let rest = rest.replace("pub(in crate::", "pub(in ");
    let outside = |letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == ':');
    let names = |path: &str| path.split("::").map(str::to_owned).collect::<Vec<String>>();
    let paths = rest.split(outside).map(|path| path.trim_matches(':'));
    paths.filter(|path| path.contains("::")).map(names).collect()
}

/// For each node one more than the highest of what it uses; what lies on a circle has no floor.
fn floors<N: Ord + Clone>(arrows: &BTreeMap<N, BTreeSet<N>>) -> BTreeMap<N, usize> {
    let mut floors = BTreeMap::new();
    loop {
        let ready: Vec<(N, usize)> = arrows
            .iter()
            .filter(|(node, _)| !floors.contains_key(*node))
            .filter_map(|(node, used)| {
                let below: Option<Vec<usize>> =
                    used.iter().map(|n| floors.get(n).copied()).collect();
                Some((node.clone(), below?.into_iter().max().map_or(1, |floor| floor + 1)))
            })
            .collect();
        if ready.is_empty() {
            return floors;
        }
        floors.extend(ready);
    }
}

/// The modules on circles: those from which one comes back to where one began.
fn circles(arrows: &BTreeMap<Module, BTreeSet<Module>>) -> BTreeSet<Module> {
    let comes_back = |start: &Module| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![start]);
        while let Some(module) = next.pop() {
            for used in arrows.get(module).into_iter().flatten() {
                if used == start {
                    return true;
                }
                if seen.insert(used) {
                    next.push(used);
                }
            }
        }
        false
    };
    arrows.keys().filter(|module| comes_back(module)).cloned().collect()
}

/// The names of this program's crates, and of those of the edges, on which a crate depends.
fn dependencies(folder: &str) -> Vec<String> {
    let text = std::fs::read_to_string(Path::new(ROOT).join(folder).join("Cargo.toml"));
    let manifest: toml::Table = text.expect("a manifest").parse().expect("TOML");
    let dependencies = manifest["dependencies"].as_table().expect("a table");
    dependencies.keys().cloned().collect()
}

fn crate_name(folder: &str) -> &str {
    folder.rsplit('/').next().filter(|name| *name != ".").unwrap_or("driftscope")
}

#[test]
fn crates_use_only_those_below() {
    for (place, (folder, _)) in CRATES.iter().enumerate() {
        for used in dependencies(folder) {
            if let Some(other) = CRATES.iter().position(|(other, _)| crate_name(other) == used) {
                assert!(other < place, "{folder} depends on {used}, which is above it");
            }
            let window = *folder == ".";
            assert!(window || !EDGES.contains(&used.as_str()), "{folder} depends on {used}");
        }
    }
}

/// What draws and what is read from a command line stay where they belong in the window's own package, too.
#[test]
fn what_knows_the_window_lies_in_app_or_cli() {
    let sources = Sources::read(&Path::new(ROOT).join("src"));
    let mut seen = 0;
    for (module, text) in &sources.files {
        let inside = matches!(module.first().map(String::as_str), Some("app" | "cli"));
        let knows =
            EDGES.iter().find(|edge| text.contains(&format!("{}::", edge.replace('-', "_"))));
        seen += usize::from(knows.is_some());
        assert!(inside || knows.is_none(), "{} knows {}", module.join("::"), knows.unwrap_or(&""));
    }
    assert!(seen > 50, "nothing was understood: {seen}");
}

#[test]
fn no_two_files_use_each_other() {
    let mut found = BTreeSet::new();
    for (folder, _) in CRATES {
        let arrows = Sources::read(&Path::new(ROOT).join(folder).join("src")).arrows();
        assert!(arrows.values().any(|used| !used.is_empty()), "{folder}: nothing was understood");
        for module in circles(&arrows) {
            found.insert(format!("{}::{}", crate_name(folder), module.join("::")));
        }
    }
    assert!(found.is_empty(), "files that use each other: {found:#?}");
}

/// The picture as it stands in the page.
fn picture() -> String {
    let mut text = String::new();
    for (folder, about) in CRATES.iter().rev() {
        let used = dependencies(folder);
        let used = used.iter().filter_map(|name| name.strip_prefix("driftscope-"));
        let used = used.collect::<Vec<_>>().join(", ");
        let arrow = if used.is_empty() { String::new() } else { format!(" -> {used}") };
        let _ = writeln!(text, "{}: {about}{arrow}", crate_name(folder));
        // Files of a folder are one module here.
        let top = |module: &Module| module.first().cloned();
        let mut modules: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (module, used) in Sources::read(&Path::new(ROOT).join(folder).join("src")).arrows() {
            let Some(own) = top(&module) else { continue };
            let others: Vec<String> =
                used.iter().filter_map(top).filter(|other| *other != own).collect();
            modules.entry(own).or_default().extend(others);
        }
        let floors = floors(&modules);
        let mut rows: Vec<_> =
            modules.iter().map(|(own, used)| (floors.get(own), own, used)).collect();
        rows.sort_by_key(|(floor, own, _)| (std::cmp::Reverse(*floor), *own));
        let width = modules.keys().map(String::len).max().unwrap_or(0);
        for (floor, own, used) in rows {
            let floor = floor.map_or_else(|| "?".to_owned(), usize::to_string);
            let used = used.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            let line = format!("  {floor:>2}  {own:width$}  {used}");
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text.push('\n');
    }
    text.trim_end().to_owned()
}

#[test]
fn the_picture_in_the_page_is_the_house() {
    let page =
        std::fs::read_to_string(Path::new(ROOT).join("docs/architecture.md")).expect("a page");
    let picture = picture();
    assert!(
        page.contains(&format!("```text\n{picture}\n```")),
        "docs/architecture.md should hold this picture:\n```text\n{picture}\n```"
    );
}
