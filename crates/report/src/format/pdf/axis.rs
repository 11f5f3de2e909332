//! Scales and ticks of chart axes.

use super::layout::{DrawnShape, PageLayout};
use super::structure::NodeId;
use super::style::{NOTE_TEXT, RULE_COLOUR, TEXT_LEFT, TEXT_RIGHT, TEXT_WIDTH};
use crate::digits::group_digits;

/// A scale that maps values to lengths.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum AxisScale {
    /// Linear up to this value.
    Linear(f64),
    /// Logarithmic up to this value: by the logarithm of one more than a value, so that 0 is at the
    /// foot.
    Logarithmic(f64),
}

impl AxisScale {
    /// Chooses a scale on which series with these last values can be told apart.
    pub(super) fn of(ends: &[u64]) -> Self {
        let most = ends.iter().copied().max().unwrap_or(0).max(1) as f64;
        let least = ends.iter().copied().filter(|end| *end > 0).min().unwrap_or(1) as f64;
        if most / least > 50.0 { Self::Logarithmic(above(most)) } else { Self::Linear(ticks(most).1) }
    }

    /// Returns a linear scale for these values.
    pub(super) fn linear(values: &[u64]) -> Self {
        Self::Linear(ticks(values.iter().copied().max().unwrap_or(0).max(1) as f64).1)
    }

    /// Returns the position of a value, between 0 and 1.
    pub(super) fn place(self, value: f64) -> f32 {
        let place = match self {
            Self::Linear(most) => value / most,
            // With ln(1 + x) no value needs a special case: 0 has a place, and small counts do not
            // run off the scale.
            Self::Logarithmic(most) => value.ln_1p() / most.ln_1p(),
        };
        place.clamp(0.0, 1.0) as f32
    }

    /// Returns the values that label the axis.
    pub(super) fn ticks(self) -> Vec<u64> {
        match self {
            Self::Linear(most) => {
                let step = (ticks(most).0 as u64).max(1);
                (0..=most as u64 / step).map(|n| n * step).collect()
            }
            Self::Logarithmic(most) => {
                let mut ticks: Vec<u64> = (0..20).map(|power| 10u64.pow(power)).collect();
                // The top of the scale has a label too, so a power of ten close below it is dropped. Of
                // many powers only some are kept.
                ticks.retain(|tick| *tick as f64 * 1.5 < most);
                let step = 1 + ticks.len() / 10;
                let mut ticks: Vec<u64> = ticks.into_iter().step_by(step).collect();
                ticks.insert(0, 0);
                ticks.push(most as u64);
                ticks
            }
        }
    }
}

impl AxisScale {
    /// Draws the axis of a plot: a line over its width at each label, with the labels left of them. Returns the left edge
    /// of the plot, which leaves room for the labels.
    pub(super) fn draw(
        self,
        layout: &mut PageLayout<'_>,
        figure: Option<NodeId>,
        bottom: f32,
        plot_height: f32,
    ) -> f32 {
        let label = |tick| (tick, layout.fonts.fit(&group_digits(tick), &NOTE_TEXT, TEXT_WIDTH));
        let labels: Vec<_> = self.ticks().into_iter().map(label).collect();
        let left = TEXT_LEFT + 6.0 + labels.iter().map(|(_, line)| line.width).fold(0.0, f32::max);
        for (tick, line) in labels {
            let y = bottom - plot_height * self.place(tick as f64);
            let (width, height, colour) = (TEXT_RIGHT - left, 0.5, RULE_COLOUR);
            layout.draw(figure, DrawnShape::Block { x: left, y: y - 0.25, width, height, colour });
            layout.text_to(figure, left - 6.0, y - NOTE_TEXT.leading / 2.0, line, &NOTE_TEXT);
        }
        left
    }
}

/// Rounds up to 1, 2 or 5 times a power of ten.
fn above(most: f64) -> f64 {
    let power = 10f64.powf(most.log10().floor());
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|round| *round >= most)
        .unwrap_or(10.0 * power)
}

/// Returns a round step of which two to five cover this value, and the value that they reach.
pub(super) fn ticks(most: f64) -> (f64, f64) {
    let rough = most / 4.0;
    let power = 10f64.powf(rough.max(1e-9).log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|digit| digit * power);
    // The tolerance keeps a step that is exact in decimal, but not in binary, from being passed
    // over.
    let step = step.into_iter().find(|step| *step >= rough * 0.999).unwrap_or(10.0 * power);
    (step, (most / step - 1e-9).ceil().max(1.0) * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_have_round_steps() {
        assert_eq!(ticks(5000.0), (2000.0, 6000.0));
        assert_eq!(AxisScale::of(&[120, 41]).ticks(), [0, 50, 100, 150]);
        assert_eq!(AxisScale::of(&[3]).ticks(), [0, 1, 2, 3]);
        assert_eq!(AxisScale::of(&[0]).ticks(), [0, 1]);
        assert_eq!(AxisScale::of(&[5000, 21]).ticks(), [0, 1, 10, 100, 1000, 5000]);
        assert_eq!(AxisScale::of(&[u64::MAX, 1]).ticks().len(), 9);
        for scale in [AxisScale::of(&[5000, 21]), AxisScale::of(&[120])] {
            assert_eq!(scale.place(0.0), 0.0);
            assert!(scale.place(120.0) > scale.place(20.0));
        }
    }
}
