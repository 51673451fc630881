use super::*;

fn stated(pairs: &[(&str, &str)], beside: Option<&str>) -> Result<Convention, Refusal> {
    let pairs = pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned()));
    Convention::stated(&Statements::new(pairs, beside, "F")?, "F")
}

#[test]
fn what_has_a_safe_default_need_not_be_stated() {
    let flow = [("prediction", "velocity"), ("interpolant", "linear"), ("time", "1-t")];
    let convention = stated(&flow, None).unwrap();
    assert_eq!(convention.prediction, ForeignOutput::Velocity(Towards::Noise));
    assert_eq!(convention.noising.name(), "linear");
    let edm = stated(&[("prediction", "edm")], None).unwrap();
    assert_eq!(edm.time, TimeInput::QuarterLogSigma);
    assert_eq!(edm.noising, Noising::exploding());
    // The file beside it counts before the file's own words.
    let other = stated(&flow, Some("time = \"t\"\nscale = 2\nshift = [1, -0.5]")).unwrap();
    assert_eq!(other.prediction, ForeignOutput::Velocity(Towards::Data));
    assert_eq!((other.scale, other.shift), (2.0, [1.0, -0.5]));
    // A scene of the same name says nothing of a network.
    assert_eq!(stated(&flow, Some("seed = 3\n[data]\nname = \"rings\"")).unwrap(), convention);
}

#[test]
fn what_is_missing_or_wrong_is_said_in_one_sentence() {
    let flow = [("prediction", "velocity"), ("interpolant", "linear"), ("time", "t")];
    for (pairs, beside, words) in [
        (
            vec![],
            None,
            "it does not say its `prediction`; state it in the file's metadata or in a TOML file beside it: velocity, data, noise, score, edm",
        ),
        (flow[..1].to_vec(), None, "its `interpolant`"),
        (flow[..2].to_vec(), None, "t, 1-t, index, sigma, log-snr, c_noise"),
        (vec![("prediction", "x0")], None, "prediction = \"x0\"; allowed are velocity, data"),
        (
            vec![("prediction", "velocity"), ("interpolant", "ve")],
            None,
            "a velocity needs linear, gvp or vp",
        ),
        (vec![("prediction", "edm"), ("interpolant", "vp")], None, "EDM's network needs ve"),
        (
            vec![("prediction", "noise"), ("interpolant", "ve"), ("time", "t")],
            None,
            "allowed there are sigma",
        ),
        (flow.to_vec(), Some("scal = 2"), "has a key `scal`; the keys are prediction"),
        (flow.to_vec(), Some("scale = "), "the TOML file beside it cannot be read"),
        (flow.to_vec(), Some("scale = true"), "a text, a number or a list of numbers is needed"),
        (flow.to_vec(), Some("scale = 0"), "a number from 1e-9 to 1e9 is needed"),
        (flow.to_vec(), Some("shift = [1, 2, 3]"), "shift has 3 numbers; two are needed"),
        (flow.to_vec(), Some("shift = \"a b\""), "a list of numbers is needed"),
    ] {
        let message = stated(&pairs, beside).unwrap_err().to_string();
        assert!(message.starts_with("F: ") && message.contains(words), "{message}");
        assert!(!message.contains('\n'), "{message}");
    }
}

#[test]
fn networks_of_ordinary_exporters_run_in_large_batches() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/models");
    for name in ["residual-torchscript", "layernorm-dynamo", "film-dynamo", "film-half-torchscript"]
    {
        let bytes = std::fs::read(format!("{folder}/{name}.onnx")).expect("is there");
        let checked = onnx_check::check(&bytes, None, name).expect("sound");
        assert_eq!(checked.most_points, 4096, "{name}: its sizes are not followed");
    }
}
