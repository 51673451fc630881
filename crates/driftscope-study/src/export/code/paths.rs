//! Paths as Python: their coefficients, and the noise levels of one on another.

use driftscope_base::interpolant::Interpolant;

/// `coefficients(t)` of a path.
pub(super) fn path_code(path: Interpolant) -> &'static str {
    match path {
        Interpolant::Linear => include_str!("snippets/path_linear.py"),
        Interpolant::Gvp => include_str!("snippets/path_gvp.py"),
        Interpolant::Vp => include_str!("snippets/path_vp.py"),
    }
}

/// The same as `trained_coefficients(t)`, beside those of the scene's path.
pub(super) fn trained_code(path: Interpolant) -> String {
    trained(path_code(path))
}

/// `time_of_level(alpha, sigma)` of a path.
pub(super) fn level_code(path: Interpolant) -> &'static str {
    match path {
        Interpolant::Linear => include_str!("snippets/level_linear.py"),
        Interpolant::Gvp => include_str!("snippets/level_gvp.py"),
        Interpolant::Vp => include_str!("snippets/level_vp.py"),
    }
}

/// `means(t, y, v)` of the path `from`, in a scene on the path `to`.
pub(super) fn means_code(from: Interpolant, to: Interpolant) -> String {
    let code = match from {
        Interpolant::Linear => include_str!("snippets/means_linear.py"),
        Interpolant::Gvp => include_str!("snippets/means_gvp.py"),
        Interpolant::Vp => include_str!("snippets/means_vp.py"),
    };
    if from == to { code.to_owned() } else { trained(code) }
}

/// Code of a path under the names that the network's has beside the scene's.
fn trained(code: &str) -> String {
    code.replace(" coefficients(", " trained_coefficients(").replace(" beta(", " trained_beta(")
}
