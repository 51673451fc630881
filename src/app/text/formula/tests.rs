use super::*;

/// What lessons are written with.
const TYPICAL: [&str; 60] = [
    r"x",
    r"x_t",
    r"x_{t+h}",
    r"\mathbf{x}_t",
    r"\boldsymbol{\epsilon}",
    r"\epsilon_\theta(x_t, t)",
    r"\frac{dx}{dt} = v_\theta(x, t)",
    r"\sqrt{2}",
    r"\sqrt[3]{x^2 + y^2}",
    r"\sqrt{\frac{a}{b}}",
    r"\sum_{i=1}^n a_i",
    r"\int_0^1 f(t)\,dt",
    r"\prod_{k} p_k",
    r"\lim_{h \to 0}",
    r"\alpha\beta\gamma\delta\theta\lambda\mu\sigma\phi\varphi\omega\Gamma\Delta\Sigma\Omega",
    r"\|x\|_2",
    r"\lVert x \rVert",
    r"\left(\frac{a}{b}\right)^2",
    r"\left[\sum_i x_i\right]",
    r"\left\{\frac{\frac{a}{b}}{c}\right\}",
    r"\text{where } t \in [0, 1]",
    r"\hat{x}",
    r"\hat{\mathbf{x}}_0",
    r"\tilde{x}",
    r"\bar{\alpha}_t",
    r"\dot{x}",
    r"\ddot{x}",
    r"\vec{v}",
    r"\widehat{xyz}",
    r"\overline{ab}",
    r"\underline{ab}",
    r"\mathcal{N}(0, I)",
    r"x \sim \mathcal{N}(\mu, \sigma^2)",
    r"p(x) \propto e^{-x^2/2}",
    r"\mathbb{E}_{x \sim p}[f(x)]",
    r"\mathbb{R}^d",
    r"\nabla_x \log p_t(x)",
    r"\partial_t p + \nabla\cdot(p v) = 0",
    r"D_{\mathrm{KL}}(p \,\|\, q)",
    r"W_2^2(p, q)",
    r"\underbrace{a + b}_{\text{drift}}",
    r"\overbrace{a + b}^{n}",
    r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
    r"\begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}",
    r"\begin{aligned} a &= b \\ &= c \end{aligned}",
    r"\begin{bmatrix} 1 \\ 2 \\ 3 \end{bmatrix}",
    r"\operatorname{div} v",
    r"\arg\min_\theta L(\theta)",
    r"\max_{i} |x_i|",
    r"a \le b \ge c \ne d \approx e \equiv f",
    r"A \to B \Rightarrow C \mapsto D",
    r"\langle x, y \rangle",
    r"\lfloor x \rfloor \lceil y \rceil",
    r"x \in A \cup B \setminus C",
    r"\binom{n}{k}",
    r"\textcolor{accent}{x} + \color{two} y",
    r"\mathsf{T}",
    r"\boxed{x = 1}",
    r"\big( \Big( \bigg( \Bigg( x",
    r"\Big\| \frac{1}{N}\sum_n \delta_{x_n} - p \Big\|^2",
];

/// What cannot be read.
const MALFORMED: [&str; 30] = [
    r"\frac{a}{b",
    r"\frac{a}",
    r"\frac",
    r"x^",
    r"x_",
    r"{x",
    r"x}",
    r"\left( x",
    r"\right) x",
    r"x^2^3",
    r"x_1_2",
    r"\foo",
    r"\sqrt[3",
    r"\begin{pmatrix} a",
    r"\end{pmatrix}",
    r"\begin{nonsense} a \end{nonsense}",
    r"\textcolor{red}{x}",
    r"\color{#ff0000} x",
    r"\textcolor{}{x}",
    r"\textcolor x",
    r"a & b",
    r"\mathbb",
    r"\left. x \right",
    r"\text{a",
    r"\hat",
    r"\sqrt{",
    r"\begin{cases} a \end{pmatrix}",
    r"中",
    r"\colorbox{yellow}{x}",
    r"\mathfrak{g}",
];

#[test]
fn typical_formulas_have_a_size_and_glyphs_that_are_there() {
    let ctx = eframe::egui::Context::default();
    crate::app::theme::install(&ctx);
    let _ = ctx.run_ui(eframe::egui::RawInput::default(), |_| {});
    for source in TYPICAL {
        for display in [false, true] {
            let formula = Formula::new(source, display).expect("a formula");
            let Extent { width, ascent, .. } = formula.size(1.0);
            assert!(width > 0.2 && ascent > 0.3 && !formula.parts.is_empty(), "{source}");
            for part in &formula.parts {
                if let Shape::Glyph { face, letter, .. } = &part.shape {
                    let font = eframe::egui::FontId::new(10.0, face.family());
                    let there = ctx.fonts_mut(|fonts| fonts.has_glyph(&font, *letter));
                    assert!(there, "{source}: {letter} of {}", face.name);
                }
            }
        }
    }
}

#[test]
fn one_sentence_says_what_cannot_be_read() {
    for source in MALFORMED {
        let fault = Formula::new(source, false).expect_err(source);
        println!("{fault}");
        assert!(fault.starts_with("The formula “") && fault.ends_with('.'), "{fault}");
        let rest = fault.rsplit_once('”').map_or("", |(_, rest)| rest);
        assert!(!rest.contains(". ") && !rest.contains('\n') && rest.len() > 20, "{fault}");
    }
    let fault = Formula::new(r"a + \foo", false).expect_err("no such command");
    assert!(fault.contains("at letter 5") && fault.contains(r"\foo"), "{fault}");
}

#[test]
fn parts_of_formulas_cut_anywhere_are_refused_or_drawn() {
    for source in TYPICAL {
        for (end, _) in source.char_indices() {
            for part in [&source[..end], &source[end..]] {
                let drawn = Formula::new(part, true);
                let sound = drawn.map_or_else(|e| e.ends_with('.'), |f| f.extent.width.is_finite());
                assert!(sound, "{part}");
            }
        }
    }
}

#[test]
fn a_fraction_stands_above_and_below_its_bar() {
    let formula = Formula::new(r"\frac{a}{b}", true).expect("a fraction");
    let [a, b] = ['a', 'b'].map(|wanted| {
        let found = formula.parts.iter().find_map(|part| match &part.shape {
            Shape::Glyph { letter, at, .. } if *letter == wanted => Some(at.y),
            _ => None,
        });
        found.expect("a letter")
    });
    let bar = formula.parts.iter().find_map(|part| match &part.shape {
        Shape::Bar { at, size } => Some((at.y, at.y + size.y)),
        _ => None,
    });
    let (top, bottom) = bar.expect("a bar");
    assert!(a < top && bottom < b - 0.4, "{a} {top} {bottom} {b}");
    // The bar lies on the axis, a quarter of an em above the baseline.
    assert!((0.5 * (top + bottom) + 0.25).abs() < 0.01, "{top} {bottom}");
}

#[test]
fn terms_have_their_inks() {
    let formula = Formula::new(r"x + \textcolor{two}{y} - \textcolor {accent}{z}", false);
    let inks: Vec<Ink> = formula.expect("a formula").parts.iter().map(|part| part.ink).collect();
    assert_eq!(inks, [Ink::Text, Ink::Text, Ink::Term(1), Ink::Text, Ink::Accent]);
}
