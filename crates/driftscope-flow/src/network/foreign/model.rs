//! A network of others, opened.

use std::sync::Arc;

use super::convention::Convention;
use super::function::ForeignNetwork;
use super::outline::Outline;
use super::refusal::Refusal;
use super::statements::Statements;
use super::{chain_file, onnx, onnx_check};
use crate::network::NetworkId;

/// A network of others with what its inputs and outputs mean.
#[derive(Clone, Debug)]
pub struct ForeignModel {
    /// What it is known by: equal files that are read in the same way have the same.
    pub id: NetworkId,
    /// The function.
    pub network: Arc<dyn ForeignNetwork>,
    /// What goes in and what comes out.
    pub convention: Convention,
    /// What its file holds.
    pub outline: Arc<Outline>,
}

impl ForeignModel {
    /// Reads the bytes of a safetensors file that holds a chain of linear layers.
    ///
    /// `origin` is the name that errors call it by, `beside` the text of the TOML file beside it, and `over`
    /// what counts before both that and the file's own metadata.
    ///
    /// # Errors
    /// [`Refusal`] says in one sentence what is wrong, or which statement is missing.
    pub fn from_safetensors(
        bytes: &[u8],
        (beside, over): (Option<&str>, &Statements),
        origin: &str,
    ) -> Result<Self, Refusal> {
        let statements = chain_file::statements(bytes, beside, origin)?.with(over);
        let (chain, outline) = chain_file::read(bytes, &statements, origin)?;
        Self::assemble((Arc::new(chain), Outline::Chain(outline)), &statements, bytes, origin)
    }

    /// Reads the bytes of an ONNX file. `data` are the name and the bytes of the file beside it in which
    /// some exporters put the weights.
    ///
    /// # Errors
    /// As [`Self::from_safetensors`].
    pub fn from_onnx(
        bytes: Vec<u8>,
        data: Option<(&str, Vec<u8>)>,
        (beside, over): (Option<&str>, &Statements),
        origin: &str,
    ) -> Result<Self, Refusal> {
        let checked = onnx_check::check(&bytes, data, origin)?;
        let statements = Statements::new(checked.metadata.clone(), beside, origin)?.with(over);
        // What the statements lack is said before the network is made.
        Convention::stated(&statements, origin)?;
        let identity = bytes.clone();
        let (network, outline) = onnx::read(bytes, checked, origin)?;
        let network = (Arc::new(network) as _, Outline::Onnx(outline));
        Self::assemble(network, &statements, &identity, origin)
    }

    fn assemble(
        (network, outline): (Arc<dyn ForeignNetwork>, Outline),
        statements: &Statements,
        bytes: &[u8],
        origin: &str,
    ) -> Result<Self, Refusal> {
        let convention = Convention::stated(statements, origin)?;
        let id = NetworkId::of_parts([bytes, statements.to_string().as_bytes()]);
        let model = Self { id, network, convention, outline: Arc::new(outline) };
        model.try_out(origin)?;
        Ok(model)
    }

    /// The same network, read in another way.
    #[must_use]
    pub fn with_convention(&self, convention: Convention) -> Self {
        let id = NetworkId::of_parts([
            self.id.to_string().as_bytes(),
            format!("{convention:?}").as_bytes(),
        ]);
        let (network, outline) = (Arc::clone(&self.network), Arc::clone(&self.outline));
        Self { id, network, convention, outline }
    }

    /// Evaluates a few points, so that a network that cannot be run is refused when it is opened.
    fn try_out(&self, origin: &str) -> Result<(), Refusal> {
        for count in [1, 3, 64] {
            let times = vec![0.5; count];
            let points: Vec<f32> = (0..2 * count).map(|i| (i as f32).sin()).collect();
            let mut outputs = vec![0.0; 2 * count];
            self.network.evaluate(&times, &points, &mut outputs);
            if !outputs.iter().all(|value| value.is_finite()) {
                return Err(Refusal::new(
                    origin,
                    "its outputs for points of ordinary size are not finite numbers",
                ));
            }
        }
        Ok(())
    }
}
