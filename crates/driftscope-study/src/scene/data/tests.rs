use super::*;

/// A mixture of one's own.
fn own() -> Data {
    let blob = Blob::round([2.0, -1.0], 0.5);
    Data { mixture: Some(vec![blob]), ..Data::default() }
}

#[test]
fn what_the_menu_offers_can_be_chosen_and_sampled() {
    let choices = Data::choices();
    assert!(choices.len() >= TOYS.len());
    for choice in choices {
        let Choice { name, title, about } = choice;
        let mut data = own();
        data.choose(name);
        assert_eq!((data.entry(), data.title(), data.about()), (choice, title, about));
        let bounds = data.mixture().expect("a distribution").bounds();
        assert!(bounds.min.iter().chain(&bounds.max).all(|x| x.is_finite()), "{name}");
        assert!(data.own().is_none_or(|own| own.reach() > 0.0), "{name}");
    }
    let mut data = own();
    data.choose("nothing");
    assert_eq!(data, own());
}

#[test]
fn a_source_names_itself_and_its_setting_gives_it_back() {
    let data = own();
    assert_eq!((data.title(), data.file_name()), ("Own mixture", "own-mixture"));
    assert!(data.toy().is_none() && !Data::choices().contains(&data.entry()));
    let setting = data.setting().expect("of one's own");
    let scene = crate::scene::Scene::with_settings(None, &[setting, "field.kind=exact".into()]);
    assert_eq!(scene.expect("a scene").data, data);
    for toy in TOYS {
        let data = Data::named(toy.name);
        assert_eq!((data.file_name(), data.setting()), (toy.name, None));
    }
}

#[test]
fn what_is_no_distribution_is_refused_by_its_key() {
    let refused = |data: Data| data.mixture().expect_err("refused").to_string();
    let unknown = refused(Data::named("three-moons"));
    assert!(
        unknown.contains("data.name = three-moons") && unknown.contains("two-moons"),
        "{unknown}"
    );
    let empty = refused(Data { mixture: Some(Vec::new()), ..Data::default() });
    assert!(empty.contains("data.mixture = 0 components"), "{empty}");
    for (std, weight, key) in [(0.0, 1.0, "data.mixture.std"), (1.0, -1.0, "data.mixture.weight")] {
        let blob = Blob { weight, ..Blob::round([0.0; 2], std) };
        let message = refused(Data { mixture: Some(vec![blob]), ..Data::default() });
        assert!(message.starts_with(key), "{message}");
    }
}

/// A mixture as a scene file says it.
fn read(list: &str) -> Result<crate::scene::Scene, String> {
    let settings = [format!("data.mixture={list}"), "field.kind=exact".into()];
    crate::scene::Scene::with_settings(None, &settings).map_err(|error| error.to_string())
}

#[test]
fn a_gaussian_has_a_covariance_and_a_label_as_it_is_written() {
    let list = "[{ mean = [1.0, 2.0], cov = [[0.5, 0.2], [0.2, 0.25]], weight = 2.0, label = 3 }, { mean = [0.0, 0.0], std = 0.5 }]";
    let scene = read(list).expect("a scene");
    let components = scene.mixture().expect("a mixture").components().to_vec();
    let covariance = components[0].covariance();
    assert_eq!(covariance, driftscope_flow::data::Covariance { xx: 0.5, xy: 0.2, yy: 0.25 });
    let blobs = scene.data.mixture.clone().expect("its own");
    assert_eq!([blobs[0].label, blobs[1].label], [Some(3), None]);
    let text = scene.to_toml();
    assert_eq!(crate::scene::Scene::from_toml(&text, "again").expect("reads back"), scene);
    // Those with a standard deviation are written as before there were covariances.
    let round = read("[{ mean = [0.0, 1.0], std = 0.5 }]").expect("a scene").to_toml();
    let entry = "[[data.mixture]]\nmean = [0.0, 1.0]\nstd = 0.5\nweight = 1.0\n";
    let lines = |text: &str| -> String { text.split_whitespace().collect() };
    assert!(lines(&round).contains(&lines(entry)), "{round}");
}

#[test]
fn what_is_no_gaussian_is_refused_by_its_entry() {
    for (entry, words) in [
        ("std = 1.0, cov = [[1.0, 0.0], [0.0, 1.0]]", "both std and cov"),
        ("weight = 1.0", "neither std nor cov"),
        ("cov = [[1.0, 0.5], [0.4, 1.0]]", "symmetric"),
        ("cov = [[1.0, 2.0], [2.0, 1.0]]", "positive definite"),
        ("cov = [[-1.0, 0.0], [0.0, -1.0]]", "positive definite"),
        ("cov = [[nan, 0.0], [0.0, 1.0]]", "finite"),
        ("std = 0.5, label = -1", "label"),
        ("std = 0.5, label = 1.5", "label"),
        ("cov = [[1.0, 0.0]]", "cov"),
    ] {
        let list =
            format!("[{{ mean = [0.0, 0.0], std = 1.0 }}, {{ mean = [1.0, 0.0], {entry} }}]");
        let message = read(&list).expect_err("refused");
        assert!(message.contains(words) && message.contains("data.mixture"), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
        let told = message.contains("entry 1 (counted from 0)") || message.contains("mixture[1]");
        assert!(told, "{message}");
    }
}
