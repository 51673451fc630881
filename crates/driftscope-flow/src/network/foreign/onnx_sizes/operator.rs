//! What is known of the outputs of an operator.

use rten_onnx::onnx::{AttributeProto, DataType, NodeProto};

use super::known::{Known, broadcast, sizes};

/// Operators that give as many numbers as their first input has, in its shape.
const KEEPING: &str = "Abs Acos Acosh Asin Asinh Atan Atanh BatchNormalization BitCast CastLike Ceil Clip Cos Cosh \
    CumSum DequantizeLinear Dropout DynamicQuantizeLinear Elu Erf Exp EyeLike Floor Gelu HardSigmoid HardSwish \
    InstanceNormalization IsInf IsNaN LayerNormalization LeakyRelu Log LogSoftmax LpNormalization Neg Not \
    QuantizeLinear RMSNormalization RandomNormalLike RandomUniformLike Reciprocal Relu ReverseSequence Round \
    Scatter ScatterElements ScatterND Sigmoid Sign Sin Sinh Softmax Softplus Softsign Sqrt Swish Tan Tanh Trilu \
    RotaryEmbedding";
/// Operators whose inputs are broadcast against each other.
const BROADCASTING: &str = "Add And Div Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod Mul Or PRelu \
    Pow Sub Sum Where Xor";
/// Operators that give at most as many numbers as their first input has, in a shape that is not followed.
const SHRINKING: &str = "ArgMax ArgMin DepthToSpace Flatten GlobalAveragePool GlobalMaxPool ReduceL1 ReduceL2 \
    ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Reshape Slice \
    Split Squeeze TopK Transpose Unsqueeze";
/// Operators that give at most the product of what their inputs have.
const MULTIPLYING: &str =
    "Attention Einsum GRU Gather GatherElements GatherND Gemm LSTM MatMul MatMulInteger NonZero";

/// A node with what is known of its inputs.
pub struct Operator<'a> {
    pub node: &'a NodeProto,
    pub name: &'a str,
    pub inputs: Vec<Option<Known>>,
}

impl Operator<'_> {
    /// What is known of the outputs, one a name.
    pub fn outputs(&self) -> Result<Vec<Known>, String> {
        let count = self.node.output.len();
        if self.name == "Split" {
            return Ok(self.split(count));
        }
        Ok(vec![self.output()?; count])
    }

    fn output(&self) -> Result<Known, String> {
        let among = |names: &str| names.split_whitespace().any(|name| name == self.name);
        let followed = match self.name {
            "Constant" => Some(self.constant()),
            "Identity" => self.input(0).cloned(),
            "Cast" => self.input(0).map(|value| {
                // As a fraction it would be divided in another way.
                let kind = DataType(self.whole("to", 0) as i32);
                let whole = [DataType::INT64, DataType::INT32].contains(&kind);
                Known { list: value.list.clone().filter(|_| whole), ..value.clone() }
            }),
            "Shape" => self.sizes(),
            "Size" => self.input(0).map(|value| {
                let whole = i64::try_from(value.most).ok().filter(|_| value.shape.is_some());
                whole.map_or(Known::shaped(vec![]), |size| Known::listed(vec![], vec![size]))
            }),
            "Add" | "Sub" | "Mul" | "Div" => self.arithmetic().or_else(|| self.broadcast()),
            "MatMul" | "MatMulInteger" => self.matrix_product(),
            "Gemm" => self.gemm(),
            "Concat" => self.concat(),
            "Gather" => self.gather(),
            "Slice" => self.slice(),
            "Reshape" => self.reshape(),
            "Squeeze" => self.squeeze(),
            "Unsqueeze" => self.unsqueeze(),
            "Transpose" => self.transpose(),
            "Expand" => self.list(1).and_then(|list| {
                let target = Known::shaped(sizes(list)?);
                let shape = broadcast(self.input(0)?.shape.as_deref()?, target.shape.as_deref()?);
                Some(Known::shaped(shape))
            }),
            "ConstantOfShape" => self.list(0).and_then(|list| Some(Known::shaped(sizes(list)?))),
            "Tile" => self.list(1).and_then(|list| {
                let shape = self.input(0)?.shape.as_ref()?;
                let repeated = shape.iter().zip(sizes(list)?);
                Some(Known::shaped(
                    repeated.map(|(size, times)| size.saturating_mul(times)).collect(),
                ))
            }),
            "Pad" => self.pad(),
            "OneHot" => self.list(1).and_then(|depth| {
                let mut shape = self.shape(0)?.to_vec();
                shape.extend(sizes(depth)?);
                Some(Known::shaped(shape))
            }),
            "Flatten" => self.flatten(),
            "Range" => self.range(),
            name if name.starts_with("Reduce") => self.reduce(),
            _ if among(KEEPING) => self.input(0).map(|value| Known { list: None, ..value.clone() }),
            _ if among(BROADCASTING) => self.broadcast(),
            _ => None,
        };
        if let Some(value) = followed {
            return Ok(value);
        }
        let product = || {
            let inputs = self.inputs.iter().flatten();
            inputs.fold(1_u64, |product, value| product.saturating_mul(value.most.max(1)))
        };
        let most = if among(SHRINKING) || among(KEEPING) || matches!(self.name, "Identity" | "Cast")
        {
            self.input(0).map_or(0, |value| value.most)
        } else if self.name == "Concat" {
            self.inputs.iter().flatten().fold(0_u64, |sum, value| sum.saturating_add(value.most))
        } else if among(BROADCASTING) || among(MULTIPLYING) {
            product()
        } else {
            return Err(format!(
                "operator {} is not run here: how many numbers it makes cannot be told beforehand",
                self.name
            ));
        };
        Ok(Known::bounded(most))
    }

    pub fn input(&self, place: usize) -> Option<&Known> {
        self.inputs.get(place)?.as_ref()
    }

    pub fn shape(&self, place: usize) -> Option<&[u64]> {
        self.input(place)?.shape.as_deref()
    }

    pub fn list(&self, place: usize) -> Option<&[i64]> {
        self.input(place)?.list.as_deref()
    }

    pub fn attribute(&self, name: &str) -> Option<&AttributeProto> {
        self.node.attribute.iter().find(|attribute| attribute.name.as_deref() == Some(name))
    }

    pub fn whole(&self, name: &str, default: i64) -> i64 {
        self.attribute(name).and_then(|attribute| attribute.i).unwrap_or(default)
    }

    /// The axes of an attribute, or of an input in newer files.
    pub fn axes(&self, place: usize) -> Option<Vec<i64>> {
        match self.attribute("axes") {
            Some(attribute) => Some(attribute.ints.clone()),
            None => self.list(place).map(<[i64]>::to_vec),
        }
    }
}
