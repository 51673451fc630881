//! Tableaus of `tests/tableaus` against SciPy, files that are refused, and scenes that have one.

use std::path::PathBuf;
use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_base::field::Field;
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::toy;
use driftscope_flow::field::{ClassicField, ExactField};
use driftscope_solve::fixed::FixedProblem;
use driftscope_solve::{
    ControllerKind, OdeSettings, StepControl, Tolerances, Track, grid, per_particle,
};
use serde_json::Value;

use super::*;
use crate::own::Own;
use crate::scene::parameters::Settings;
use crate::scene::{Pane, Sampler, Scene};

const RALSTON: &str =
    "name = \"Ralston\"\nc = [0, \"2/3\"]\na = [[], [\"2/3\"]]\nb = [0.25, \"3/4\"]\n";

fn at_the_top(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests")).join(path)
}

fn read(name: &str) -> Own<OwnTableau> {
    Own::read(&at_the_top(&format!("tableaus/{name}.toml"))).expect("a tableau")
}

fn refusal(text: &str) -> String {
    OwnTableau::from_file(text.as_bytes(), Path::new("own.toml")).expect_err(text)
}

fn problem(name: &str) -> (Box<dyn Field<f64>>, [f64; 2], f64) {
    let classic = |name| -> Box<dyn Field<f64>> {
        Box::new(ClassicField::named(name, None).expect("in the table"))
    };
    match name {
        "decay" => (classic("decay"), [1.0, 0.0], 5.0),
        "harmonic" => (classic("harmonic"), [1.0, 0.0], std::f64::consts::TAU),
        "stiffcos" => (classic("stiff-cosine"), [0.0, 0.0], 1.5),
        _ => {
            let mixture = Arc::new(toy("eight-gaussians").expect("a toy").mixture());
            let start = [-1.6038368053963015, 0.06409991400376411];
            (Box::new(ExactField::new(mixture, Interpolant::Linear)), start, 1.0)
        }
    }
}

/// What a record of the reference asks for.
fn solved(record: &Value, method: MethodRef) -> Track {
    let (field, start, end) = problem(record["problem"].as_str().expect("a problem"));
    let number = |key: &str, otherwise| record[key].as_f64().unwrap_or(otherwise);
    let tolerances = Tolerances { atol: number("atol", 1e-6), rtol: number("rtol", 1e-3) };
    let settings = OdeSettings {
        control: StepControl::usual(ControllerKind::IScipy),
        ..OdeSettings::new(method, tolerances, (0.0, end))
    };
    let (cancel, ends) = (Cancel::default(), [0.0, end]);
    match record["n_steps"].as_u64() {
        Some(steps) => {
            let grid = grid::uniform(0.0, end, steps as usize);
            let problem =
                FixedProblem { field: &*field, settings: &settings, grid: &grid, keyframes: &ends };
            problem.solve(&start, None, 1, false, &cancel).expect("not cancelled").track
        }
        None => per_particle::solve(&*field, &settings, &ends, &start, 1, &cancel)
            .expect("not cancelled"),
    }
}

/// Steps, evaluations and end points of every tableau are those of SciPy's own solver.
#[test]
fn scipy_is_repeated() {
    let path = at_the_top("reference/tableaus_scipy.json");
    let text = std::fs::read_to_string(path).expect("reference values");
    let records: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    assert_eq!(records.len(), 96);
    let mut wrong = Vec::new();
    for record in &records {
        let method = read(record["tableau"].as_str().expect("a tableau")).content().method();
        let tableau = method.get().tableau().expect("a tableau");
        let track = solved(record, method);
        let wanted = record["y"].as_array().expect("an end point").iter();
        let differences = wanted.zip(track.ends[0]).map(|(wanted, found)| {
            let wanted = wanted.as_f64().expect("a number");
            (wanted - found).abs() / wanted.abs().max(1.0)
        });
        let difference = differences.fold(0.0, f64::max);
        let count = |key: &str| record[key].as_u64().unwrap_or(0);
        let counts = track.counts[0];
        let found = [counts.nfe, counts.accepted, counts.rejected].map(u64::from);
        let (recycles, steps) = (u64::from(tableau.first_same_as_last), count("n_steps"));
        let (wanted, within) = if steps > 0 {
            // The last stage of a step is not evaluated again as the first of the next.
            ([count("nfev") - recycles * (steps - 1), steps, 0], 1e-11)
        } else {
            // SciPy evaluates the slope at every answer: also where it is no stage and the attempt was
            // rejected, or the last.
            let wasted = if recycles == 1 { 0 } else { count("rejected") + 1 };
            ([count("nfev") - wasted, count("accepted"), count("rejected")], 1e-6)
        };
        if found != wanted || difference > within {
            wrong.push(format!("{record}: {found:?}, not {wanted:?}; {difference:.1e}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), records.len(), wrong.join("\n"));
}

#[test]
fn orders_are_found_and_the_first_condition_that_fails_is_named() {
    for (name, order, lower, words) in [
        ("ralston", 2, None, "order 2 (order 3: Σ b_i a_ij c_j is 0, not 1/6)"),
        ("ssprk3", 3, None, "order 3 (order 4: Σ b_i c_i a_ij c_j is 0.08333, not 1/8)"),
        ("bogacki-shampine", 3, Some(2), "embedded answer order 2 (order 3: Σ b_hat_i c_i^2 is"),
        ("cash-karp", 5, Some(4), "embedded answer order 4 (order 5: Σ b_hat_i c_i^4 is"),
        ("fehlberg", 4, Some(4), "embedded answer order 5 (order 6: Σ b_hat_i c_i^5 is"),
        ("verner", 6, Some(5), "embedded answer order 5 (order 6: Σ b_hat_i c_i^5 is"),
    ] {
        let method = read(name).content().method();
        let tableau = method.get().tableau().expect("a tableau");
        assert_eq!(method.order, order, "{name}");
        assert_eq!(tableau.embedded.as_ref().map(|pair| pair.order), lower, "{name}");
        assert_eq!(method.adaptive_by_default, lower.is_some(), "{name}");
        assert!(method.about.contains(words), "{name}: {}", method.about);
    }
    assert!(read("ralston").content().method().about.starts_with("Ralston's method with two"));
}

/// A tableau of one's own and the same one of the table give the same run: in fixed steps bit for bit, and
/// where the error sets the steps up to the rounding of b − b̂.
#[test]
fn the_same_coefficients_give_the_same_run() {
    let own = read("bogacki-shampine").content().method();
    let listed = MethodRef::named("bosh3").expect("in the table");
    for (mut record, within) in
        [(serde_json::json!({"n_steps": 30}), 0.0), (serde_json::json!({"rtol": 1e-5}), 1e-12)]
    {
        record["problem"] = "gm8_single0".into();
        let [own, listed] = [own, listed].map(|method| solved(&record, method));
        for (own, listed) in own.ends[0].iter().zip(listed.ends[0]) {
            assert!((own - listed).abs() <= within, "{record}: {own} {listed}");
        }
        assert_eq!(own.counts[0].nfe, listed.counts[0].nfe);
    }
}

#[test]
fn what_is_no_tableau_is_refused_in_one_sentence() {
    let with = |from: &str, to: &str| RALSTON.replace(from, to);
    let and = |line: &str| format!("{RALSTON}{line}\n");
    assert!(OwnTableau::from_file(RALSTON.as_bytes(), Path::new("own.toml")).is_ok());
    let cases = [
        (String::new(), "missing field `name`"),
        ("name = ".into(), "line 1"),
        (with("name = \"Ralston\"\n", ""), "missing field `name`"),
        (with("c = [0, \"2/3\"]\n", ""), "missing field `c`"),
        (with("a = [[], [\"2/3\"]]\n", ""), "missing field `a`"),
        (with("b = [0.25, \"3/4\"]\n", ""), "missing field `b`"),
        (and("b_hut = [1, 0]"), "unknown field `b_hut`"),
        (and("b = [1, 0]"), "duplicate key"),
        (with("\"Ralston\"", "\"\""), "name is \"\": write one line"),
        (with("\"Ralston\"", "\" Ralston\""), "write one line"),
        (with("\"Ralston\"", "\"two\\nlines\""), "write one line"),
        (with("\"Ralston\"", "7"), "name: invalid type: integer `7`, expected a text"),
        (with("c = [0, \"2/3\"]", "c = 0"), "c: invalid type"),
        (
            with("c = [0, ", "c = [0, true, "),
            "c[1]: invalid type: boolean `true`, expected a number",
        ),
        (
            with("\"2/3\"]]", "\"2/0\"]]"),
            "a[1][0]: invalid value: string \"2/0\", expected a number",
        ),
        (with("\"3/4\"", "\"3:4\""), "b[1]: invalid value: string \"3:4\", expected a number"),
        (with("\"3/4\"", "\"3/4/5\""), "b[1]: invalid value"),
        (with("\"3/4\"", "nan"), "b holds NaN: write numbers between"),
        (with("\"3/4\"", "1e300"), "b holds 1"),
        (with("c = [0, \"2/3\"]", "c = [0]"), "c has 1 entries and b has 2"),
        (with("[[], [\"2/3\"]]", "[[\"2/3\"]]"), "a has 1 entries and b has 2"),
        (with("[[], [\"2/3\"]]", "[[], []]"), "row 2 of a has 0 entries: write 1"),
        (with("[[], [\"2/3\"]]", "[[], [1, 2, 3]]"), "row 2 of a has 3 entries: write 1"),
        (
            with("[[], [\"2/3\"]]", "[[0, 0], [\"1/3\", \"1/3\"]]"),
            "0.3333333333333333 in place 2, on or above the diagonal",
        ),
        (with("[[], [\"2/3\"]]", "[[0, 0.5], [\"2/3\", 0]]"), "row 1 of a has 0.5 in place 2"),
        (with("b = [0.25, \"3/4\"]", "b = []"), "b has 0 entries"),
        (with("c = [0, \"2/3\"]", "c = [0, 0.6]"), "c_2 is 0.6, but row 2 of a sums to 0.666"),
        (with("c = [0, \"2/3\"]", "c = [0.1, \"2/3\"]"), "c_1 is 0.1, but row 1 of a sums to 0"),
        (with("0.25", "0.26"), "order 1: Σ b_i is 1.01, not 1"),
        (and("b_hat = [1, 0.5]"), "order 1: Σ b_hat_i is 1.5, not 1"),
        (and("b_hat = [1]"), "b_hat has 1 entries and b has 2"),
        (and("b_hat = [\"1/4\", 0.75]"), "b_hat equals b"),
        (
            and("order = 3"),
            "order = 3 is declared and not reached: order 3: Σ b_i a_ij c_j is 0, not 1/6",
        ),
        (and("order = 0"), "orders from 1 to 8 can be declared"),
        (and("order = -2"), "order: "),
        (and("dense = [[1]]"), "dense has 1 entries and b has 2"),
        (and("dense = [[1, -0.7], [0, 0.7]]"), "row 1 of dense sums to 0.3"),
        (and("dense = [[0.2, 0.05], [0.75]]"), "column 1 of dense sums to 0.95, not 1"),
        (and("dense = [[0.25, 0, 0, 0, 0, 0, 0, 0], [0.75]]"), "row 1 of dense has 8 entries"),
    ];
    for (text, words) in &cases {
        let message = refusal(text);
        assert!(message.contains(words), "{text}\n{message}\n{words}");
        assert!(!message.contains('\n') && !message.contains("expected f64"), "{message}");
    }
    assert!(OwnTableau::from_file(&[0xff, 0xfe], Path::new("own.toml")).is_err());
}

fn scene(text: &str) -> Scene {
    Scene::from_toml(text, "the scene").expect("a scene")
}

#[test]
fn a_scene_names_a_tableau_or_holds_it() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("own.toml"), RALSTON).expect("written");
    let path = folder.path().join("scene.toml");
    let text = "[sampler]\nmethod = \"rk4\"\nsteps = 7\ntableau = \"own.toml\"\n[[panes]]\n[panes.sampler]\ntableau = \"own.toml\"\n";
    std::fs::write(&path, text).expect("written");
    let named = Scene::load(&path).expect("seen from its folder");
    let held = format!(
        "[sampler]\nmethod = \"rk4\"\nsteps = 7\ntableau = {{ {} }}\n",
        RALSTON.trim().replace('\n', ", ")
    );
    let held = scene(&held);
    for shown in [named.pane(0), named.pane(1), held.clone()] {
        assert_eq!(shown.sampler.method().name, "Ralston");
        assert!(!shown.is_adaptive());
        assert_eq!(scene(&shown.to_toml()), shown);
        // As an edit does it.
        let changes = Scene::default().changes_to(&shown);
        assert_eq!(Scene::default().changed(&changes).expect("all are known"), shown);
    }
    assert!(held.to_toml().contains("\"2/3\""), "fractions stay what they are");
    let parameter = |key: &str| Scene::parameter(key).idle(&held);
    assert!(parameter("sampler.method").is_some() && parameter("sampler.tableau").is_none());
    assert!(held.in_force((0.0, 1.0))["sampler"].get("method").is_none());
    let plain = scene("");
    assert!(plain.idle("sampler.tableau").is_some() && plain.idle("sampler.method").is_none());
    let setting = format!("sampler.tableau={}", folder.path().join("own.toml").display());
    let (_, given) = Scene::with_given(None, &[setting]).expect("a scene");
    assert_eq!(given.keys().collect::<Vec<_>>(), ["sampler.tableau"]);
    let (_, given) =
        Scene::with_given(None, &["sampler.tableau={name='E',c=[0],a=[[]],b=[1]}".into()])
            .expect("a scene");
    assert_eq!(given.keys().collect::<Vec<_>>(), ["sampler.tableau"]);
    std::fs::write(folder.path().join("own.toml"), RALSTON.replace("0.25", "0.3"))
        .expect("written");
    let message = Scene::load(&path).expect_err("refused").to_string();
    assert!(message.contains("own.toml") && message.contains("Σ b_i is 1.05"), "{message}");
    let message = Scene::with_settings(None, &["sampler.tableau=nowhere.toml".into()])
        .expect_err("not there")
        .to_string();
    assert!(message.contains("sampler.tableau") && message.contains("nowhere.toml"), "{message}");
}

#[test]
fn another_method_drops_the_tableau_and_a_pair_adapts() {
    let mut sampler = Sampler::default();
    sampler.set_tableau(read("cash-karp"));
    let own = sampler.method();
    let adaptive =
        |sampler: &Sampler| Scene { sampler: sampler.clone(), ..Scene::default() }.is_adaptive();
    assert!(adaptive(&sampler));
    sampler.set_method(MethodRef::default());
    assert!(sampler.tableau.is_none() && sampler.method() == MethodRef::default());
    sampler.set_method(own);
    assert_eq!(sampler.method(), own, "as a sweep sets it");
    let written = serde_json::to_string(&own).expect("written");
    assert_eq!(serde_json::from_str::<MethodRef>(&written).expect("read"), own);
    sampler.set_tableau(read("ssprk3"));
    assert!(!adaptive(&sampler));
    let table = Scene {
        panes: vec![Pane { sampler: Some(sampler), ..Pane::default() }],
        ..Scene::default()
    };
    assert_eq!(scene(&table.to_toml()), table);
    assert!(table.check().is_ok());
    // A method is a name: coefficients have a key of their own.
    let wrong = format!("[sampler]\nmethod = {{ {} }}\n", RALSTON.trim().replace('\n', ", "));
    assert!(Scene::from_toml(&wrong, "wrong").is_err());
}
