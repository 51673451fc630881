use super::*;

/// A mixture of one's own.
fn own() -> Data {
    let blob = Blob { mean: [2.0, -1.0], std: 0.5, weight: 1.0 };
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
        let blob = Blob { mean: [0.0; 2], std, weight };
        let message = refused(Data { mixture: Some(vec![blob]), ..Data::default() });
        assert!(message.starts_with(key), "{message}");
    }
}
