//! Differences between two lists of functions of one file.

use std::fmt;

use serde_json::Value;
use streamguard_code::FoundFunction;

/// Function as a reference finds it.
#[derive(Debug)]
pub(super) struct ReferenceFunction {
    /// Qualified name; `None` if it is anonymous, so that ours may have any name or leave it out.
    name: Option<String>,
    /// Pairs of first and last line that are right, from 1: alone, or with a statement that exists only for it.
    lines: Vec<(u32, u32)>,
    /// Whether only the end of ours is known, since a callback around it has a name of our own.
    suffix: bool,
    /// Whether the name leaves out the arguments of templates.
    plain: bool,
    /// Whether ours may leave it out.
    optional: bool,
}

impl ReferenceFunction {
    /// Reads what a script printed.
    pub(super) fn from_json(value: &Value) -> Option<Self> {
        let pair = |pair: &Value| Some((line(&pair[0])?, line(&pair[1])?));
        let name = value["name"].as_str().map(squeezed);
        Some(Self {
            optional: name.is_none() || value["optional"].as_bool().unwrap_or(false),
            name,
            suffix: value["suffix"].as_bool().unwrap_or(false),
            plain: value["plain"].as_bool().unwrap_or(false),
            lines: value["lines"].as_array()?.iter().map(pair).collect::<Option<_>>()?,
        })
    }

    fn has_lines(&self, ours: &FoundFunction) -> bool {
        self.lines.contains(&(ours.start_line, ours.end_line))
    }

    fn has_name(&self, ours: &FoundFunction) -> bool {
        let form = |name: &str| if self.plain { without_arguments(name) } else { name.to_owned() };
        let ours = form(&squeezed(&ours.name));
        let agrees =
            |name: &String| if self.suffix { ours.ends_with(&form(name)) } else { ours == form(name) };
        self.name.as_ref().is_none_or(agrees)
    }

    fn overlaps(&self, ours: &FoundFunction) -> bool {
        self.lines.iter().any(|(first, last)| ours.start_line <= *last && ours.end_line >= *first)
    }
}

/// Returns a name without white space, which each parser sets in its own way.
fn squeezed(name: &str) -> String {
    name.split_whitespace().collect()
}

/// Returns a name of C++ without the arguments of the templates before its last part, which may be an operator.
fn without_arguments(name: &str) -> String {
    let mut depth = 0_u32;
    let mut plain = String::new();
    let operator = name.rfind("operator").unwrap_or(name.len());
    for (at, character) in name.char_indices() {
        match character {
            '<' if at < operator => depth += 1,
            '>' if at < operator => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(character),
            _ => {}
        }
    }
    plain
}

fn line(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|line| u32::try_from(line).ok())
}

/// Way in which a function of ours differs from the reference.
#[derive(Debug)]
pub(super) enum Difference {
    Boundary { name: String, ours: (u32, u32), theirs: (u32, u32) },
    Name { line: u32, ours: String, theirs: String },
    Missing { name: String, theirs: (u32, u32) },
    Extra { name: String, ours: (u32, u32) },
}

impl Difference {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Boundary { .. } => "boundary",
            Self::Name { .. } => "name",
            Self::Missing { .. } => "missing",
            Self::Extra { .. } => "extra",
        }
    }

    /// Returns the first line, from 1.
    pub(super) fn line(&self) -> u32 {
        match self {
            Self::Boundary { ours: (line, _), .. }
            | Self::Name { line, .. }
            | Self::Missing { theirs: (line, _), .. }
            | Self::Extra { ours: (line, _), .. } => *line,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.line(), self.kind())?;
        match self {
            Self::Boundary { name, ours, theirs } => {
                write!(f, "{name} at {}-{}, reference {}-{}", ours.0, ours.1, theirs.0, theirs.1)
            }
            Self::Name { ours, theirs, .. } => write!(f, "{ours}, reference {theirs}"),
            Self::Missing { name, theirs: lines } | Self::Extra { name, ours: lines } => {
                write!(f, "{name} at {}-{}", lines.0, lines.1)
            }
        }
    }
}

/// Compares the functions of one file.
///
/// Each function of ours is paired with at most one of theirs: first those that agree in lines and name, then those
/// that agree in lines, then those of one name that share a line.
pub(super) fn compare(ours: &[FoundFunction], theirs: &[ReferenceFunction]) -> Vec<Difference> {
    let mut pairs = Pairs { ours, theirs, free: vec![true; ours.len()], open: vec![true; theirs.len()] };
    let mut found = Vec::new();
    pairs.take(|ours, theirs| theirs.name.is_some() && theirs.has_lines(ours) && theirs.has_name(ours));
    pairs.take(|ours, theirs| theirs.name.is_none() && theirs.has_lines(ours));
    for (ours, theirs) in pairs.take(|ours, theirs| theirs.has_lines(ours)) {
        let theirs = theirs.name.clone().unwrap_or_default();
        found.push(Difference::Name { line: ours.start_line, ours: ours.name.clone(), theirs });
    }
    for (ours, theirs) in
        pairs.take(|ours, theirs| theirs.name.is_some() && theirs.has_name(ours) && theirs.overlaps(ours))
    {
        found.push(Difference::Boundary {
            name: ours.name.clone(),
            ours: (ours.start_line, ours.end_line),
            theirs: theirs.lines.first().copied().unwrap_or_default(),
        });
    }
    for theirs in theirs.iter().zip(&pairs.open).filter(|(_, open)| **open).map(|(theirs, _)| theirs) {
        if let (Some(name), false) = (&theirs.name, theirs.optional) {
            let theirs = theirs.lines.first().copied().unwrap_or_default();
            found.push(Difference::Missing { name: name.clone(), theirs });
        }
    }
    for ours in ours.iter().zip(&pairs.free).filter(|(_, free)| **free).map(|(ours, _)| ours) {
        found.push(Difference::Extra { name: ours.name.clone(), ours: (ours.start_line, ours.end_line) });
    }
    found.sort_by_key(Difference::line);
    found
}

/// Functions that are not paired yet.
struct Pairs<'a> {
    ours: &'a [FoundFunction],
    theirs: &'a [ReferenceFunction],
    free: Vec<bool>,
    open: Vec<bool>,
}

impl<'a> Pairs<'a> {
    /// Takes all pairs that `agree`, in the order of theirs.
    fn take(
        &mut self,
        agree: impl Fn(&FoundFunction, &ReferenceFunction) -> bool,
    ) -> Vec<(&'a FoundFunction, &'a ReferenceFunction)> {
        let mut taken = Vec::new();
        for (at, theirs) in self.theirs.iter().enumerate().filter(|(at, _)| self.open[*at]) {
            let free = (0..self.ours.len()).find(|one| self.free[*one] && agree(&self.ours[*one], theirs));
            if let Some(one) = free {
                self.free[one] = false;
                taken.push((at, one));
            }
        }
        for (at, _) in &taken {
            self.open[*at] = false;
        }
        taken.into_iter().map(|(at, one)| (&self.ours[one], &self.theirs[at])).collect()
    }
}
