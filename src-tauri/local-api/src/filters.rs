//! Filters over metadata, in the form of v3 and that of v5, as conditions of the library.

use s3_connector_engine::knowledge_base::library::{Comparison, Condition, Field};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::documents::METADATA;
use crate::refusal::Refusal;

/// Filters within filters. The documentation says 5 in one place and 8 in another.
const DEPTH: usize = 8;
/// Conditions of one filter.
const CONDITIONS: usize = 200;

/// A filter in the form of v3.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Filters {
    /// All of them hold.
    And {
        /// They.
        #[serde(rename = "AND")]
        #[schema(no_recursion)]
        and: Vec<Filters>,
    },
    /// One of them holds.
    Or {
        /// They.
        #[serde(rename = "OR")]
        #[schema(no_recursion)]
        or: Vec<Filters>,
    },
    /// One condition.
    One(FilterCondition),
}

/// A condition in the form of v3.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FilterCondition {
    /// Name of the metadata.
    pub key: String,
    /// The value.
    pub value: FilterValue,
    /// How it is compared; as text unless told otherwise.
    pub filter_type: Option<FilterType>,
    /// The contrary.
    pub negate: Option<bool>,
    /// Capital and small letters are the same.
    pub ignore_case: Option<bool>,
    /// For numbers.
    pub numeric_operator: Option<NumericOperator>,
}

/// A value to compare with.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum FilterValue {
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
    /// A boolean.
    Boolean(bool),
}

/// How metadata is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FilterType {
    /// It is the text.
    Metadata,
    /// As a number.
    Numeric,
    /// An element of an array; there are no arrays here.
    ArrayContains,
    /// It has the text in it.
    StringContains,
}

/// How numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
pub enum NumericOperator {
    /// Greater.
    #[serde(rename = ">")]
    Greater,
    /// Less.
    #[serde(rename = "<")]
    Less,
    /// Greater or equal.
    #[serde(rename = ">=")]
    AtLeast,
    /// Less or equal.
    #[serde(rename = "<=")]
    AtMost,
    /// Equal.
    #[serde(rename = "=")]
    Equal,
}

/// A filter in the form of v5.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum FilterExpression {
    /// Several.
    Group {
        /// Whether all hold or one.
        operator: GroupOperator,
        /// They.
        #[schema(no_recursion)]
        operands: Vec<FilterExpression>,
    },
    /// One condition.
    Predicate {
        /// Name of the metadata.
        field: String,
        /// How it is compared.
        operator: PredicateOperator,
        /// With what.
        value: FilterValue,
        /// Capital and small letters differ, unless told otherwise.
        #[serde(rename = "caseSensitive")]
        case_sensitive: Option<bool>,
    },
}

/// How several expressions go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum GroupOperator {
    /// All of them hold.
    And,
    /// One of them holds.
    Or,
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum PredicateOperator {
    /// Equal.
    Eq,
    /// Not equal.
    Neq,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// It has the text in it.
    Contains,
    /// It has not.
    NotContains,
    /// An element of an array.
    ArrayContains,
    /// No element of an array.
    ArrayNotContains,
}

impl Filters {
    /// As a condition of the library.
    ///
    /// # Errors
    /// 400 for one that is too large, or that does not fit together.
    pub fn condition(&self) -> Result<Condition, Refusal> {
        self.read(&mut Bounds::default(), 0)
    }

    fn read(&self, bounds: &mut Bounds, depth: usize) -> Result<Condition, Refusal> {
        bounds.take(depth)?;
        let all = |parts: &[Self], bounds: &mut Bounds| {
            parts.iter().map(|part| part.read(bounds, depth + 1)).collect::<Result<Vec<_>, _>>()
        };
        match self {
            Self::And { and } => Ok(Condition::All(all(and, bounds)?)),
            Self::Or { or } => Ok(Condition::Any(all(or, bounds)?)),
            Self::One(condition) => condition.read(),
        }
    }
}

impl FilterCondition {
    fn read(&self) -> Result<Condition, Refusal> {
        let ignore_case = self.ignore_case.unwrap_or(false);
        let (field, text) = (field(&self.key), self.value.text());
        let holds = match self.filter_type.unwrap_or(FilterType::Metadata) {
            FilterType::Metadata => Condition::Is { field, text, ignore_case },
            FilterType::StringContains => Condition::Contains { field, text, ignore_case },
            FilterType::ArrayContains => Condition::Any(Vec::new()),
            FilterType::Numeric => {
                let comparison = match self.numeric_operator.unwrap_or(NumericOperator::Equal) {
                    NumericOperator::Greater => Comparison::Greater,
                    NumericOperator::Less => Comparison::Less,
                    NumericOperator::AtLeast => Comparison::AtLeast,
                    NumericOperator::AtMost => Comparison::AtMost,
                    NumericOperator::Equal => Comparison::Equal,
                };
                Condition::Compares { field, comparison, number: self.value.number()? }
            }
        };
        Ok(perhaps_not(self.negate.unwrap_or(false), holds))
    }
}

impl FilterExpression {
    /// As a condition of the library.
    ///
    /// # Errors
    /// 400 for one that is too large, or that does not fit together.
    pub fn condition(&self) -> Result<Condition, Refusal> {
        self.read(&mut Bounds::default(), 0)
    }

    fn read(&self, bounds: &mut Bounds, depth: usize) -> Result<Condition, Refusal> {
        bounds.take(depth)?;
        match self {
            Self::Group { operator, operands } => {
                let parts = operands.iter().map(|part| part.read(bounds, depth + 1)).collect::<Result<_, _>>()?;
                Ok(match operator {
                    GroupOperator::And => Condition::All(parts),
                    GroupOperator::Or => Condition::Any(parts),
                })
            }
            Self::Predicate { field: name, operator, value, case_sensitive } => {
                predicate(field(name), *operator, value, !case_sensitive.unwrap_or(true))
            }
        }
    }
}

fn predicate(
    field: Field,
    operator: PredicateOperator,
    value: &FilterValue,
    ignore_case: bool,
) -> Result<Condition, Refusal> {
    let is = || Condition::Is { field, text: value.text(), ignore_case };
    let contains = || Condition::Contains { field, text: value.text(), ignore_case };
    let compares = |comparison| Ok(Condition::Compares { field, comparison, number: value.number()? });
    match operator {
        PredicateOperator::Eq => Ok(is()),
        PredicateOperator::Neq => Ok(perhaps_not(true, is())),
        PredicateOperator::Gt => compares(Comparison::Greater),
        PredicateOperator::Gte => compares(Comparison::AtLeast),
        PredicateOperator::Lt => compares(Comparison::Less),
        PredicateOperator::Lte => compares(Comparison::AtMost),
        PredicateOperator::Contains => Ok(contains()),
        PredicateOperator::NotContains => Ok(perhaps_not(true, contains())),
        PredicateOperator::ArrayContains => Ok(Condition::Any(Vec::new())),
        PredicateOperator::ArrayNotContains => Ok(Condition::All(Vec::new())),
    }
}

fn perhaps_not(negate: bool, condition: Condition) -> Condition {
    if negate { Condition::Not(Box::new(condition)) } else { condition }
}

fn field(name: &str) -> Field {
    let fields = [Field::Bucket, Field::Key, Field::ETag, Field::Size, Field::Modified, Field::Connection];
    METADATA.iter().zip(fields).find(|(known, _)| **known == name).map_or(Field::Unknown, |(_, field)| field)
}

impl FilterValue {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Boolean(boolean) => boolean.to_string(),
        }
    }

    fn number(&self) -> Result<f64, Refusal> {
        let number = match self {
            Self::Text(text) => text.trim().parse().ok(),
            Self::Number(number) => Some(*number),
            Self::Boolean(_) => None,
        };
        number.filter(|number: &f64| number.is_finite()).ok_or_else(|| Refusal::field("value", "A number is needed"))
    }
}

/// What is left of the limits.
#[derive(Default)]
struct Bounds {
    seen: usize,
}

impl Bounds {
    fn take(&mut self, depth: usize) -> Result<(), Refusal> {
        self.seen += 1;
        match depth > DEPTH || self.seen > CONDITIONS {
            true => Err(Refusal::field("filters", "The filter is nested too deep or has too many conditions")),
            false => Ok(()),
        }
    }
}
