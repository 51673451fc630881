//! A solver of one's own, as a script and as a person at the window meet it.

#[path = "shared/dropped.rs"]
mod dropped;

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use driftscope::app::{Driftscope, Launch};
use driftscope_study::scene::Scene;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use self::dropped::drop_file;

const VERNER: &str = "tests/tableaus/verner.toml";
const CASH_KARP: &str = "tests/tableaus/cash-karp.toml";
/// Longer than anything takes on a busy computer.
const PATIENCE: Duration = Duration::from_secs(90);

fn driftscope(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_driftscope");
    Command::new(program).args(arguments).output().expect("the program starts")
}

fn answer(arguments: &[&str]) -> String {
    let output = driftscope(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn methods_prints_the_row_and_the_orders_of_a_tableau() {
    let page = answer(&["methods", VERNER, "tests/tableaus/ssprk3.toml"]);
    for words in [
        "| `Verner 6(5)` | Verner 6(5) | 6 | 8 | embedded, order 5 | by default |",
        "| `SSPRK3` | SSPRK3 | 3 | 3 | step doubling | yes |",
        "It has order 6 (order 7: Σ b_i c_i^4 a_ij c_j is 0.07161, not 1/14)",
        "its embedded answer order 5 (order 6: Σ b_hat_i c_i^5 is",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    let output = driftscope(&["methods", "Cargo.toml"]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), message.lines().count()), (Some(2), 1), "{message}");
    assert!(message.contains("Cargo.toml"), "{message}");
}

#[test]
fn a_sweep_has_tableaus_beside_the_methods_of_the_table() {
    let methods = format!("euler,{CASH_KARP}");
    let scene = ["--set", "field.kind=exact", "--set", "particles.count=8"];
    let sweep = ["sweep", "--methods", &methods, "--steps", "4..8", "--rtol", "1e-2..1e-4"];
    let table = answer(&[&sweep[..], &scene, &["--out", "-"]].concat());
    let of = |name: &str| table.lines().filter(|line| line.starts_with(name)).count();
    assert_eq!((of("euler,"), of("Cash–Karp 5(4),rtol=")), (2, 3), "{table}");
}

#[test]
fn a_wrong_coefficient_is_refused_with_the_condition() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("wrong.toml");
    let right = std::fs::read_to_string(CASH_KARP).expect("a tableau");
    std::fs::write(&file, right.replace("\"37/378\"", "\"38/378\"")).expect("written");
    let setting = format!("sampler.tableau={}", file.display());
    let output = driftscope(&["sample", "--set", &setting, "--out", "-"]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), message.lines().count()), (Some(2), 1), "{message}");
    assert!(message.contains("wrong.toml: order 1: Σ b_i is 1.0026, not 1"), "{message}");
}

fn window(scene: Scene) -> Harness<'static, Driftscope> {
    let launch = Launch { scene, ..Launch::default() };
    let harness = Harness::builder().with_size([1280.0, 1400.0]);
    let mut harness = harness.build_eframe(move |cc| Driftscope::new(cc, launch));
    harness.run_steps(3);
    harness
}

fn wait(harness: &mut Harness<'_, Driftscope>, done: impl Fn(&Scene) -> bool) {
    let began = Instant::now();
    while !done(harness.state().state().scene()) {
        assert!(began.elapsed() < PATIENCE, "waited in vain");
        std::thread::sleep(Duration::from_millis(5));
        harness.step();
    }
}

#[test]
fn a_dropped_tableau_is_the_method_until_another_is_chosen() {
    let settings = ["field.kind=exact", "particles.count=20"].map(str::to_owned);
    let mut harness = window(Scene::with_settings(None, &settings).expect("a scene"));
    let path = std::path::absolute(Path::new(VERNER)).expect("a path");
    drop_file(&mut harness, &path);
    wait(&mut harness, |scene| scene.sampler.method().name == "Verner 6(5)");
    harness.run_steps(2);
    let shown = harness.get_by_label("Method").accesskit_node().value();
    assert_eq!(shown.as_deref(), Some("Verner 6(5)"), "the menu shows its name");
    harness.get_by_label("Method").click();
    harness.run_steps(3);
    harness.get_by_label("RK4").click();
    wait(&mut harness, |scene| {
        scene.sampler.method().name == "rk4" && scene.sampler.tableau.is_none()
    });
}
