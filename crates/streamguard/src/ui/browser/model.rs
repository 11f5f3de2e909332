//! State of the browser: the samples that meet the criteria, the current one, and what is open above it.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::process::Child;
use std::time::Duration;

use streamguard_dataset::Sample;

use super::body_cache::BodyCache;
use super::criteria::{Criteria, Facet, FacetValues};
use super::filter_menu::FilterMenu;
use super::sample_file::{FileScan, SampleFile, parse};
use super::text_input::TextInput;
use super::{BrowserOptions, SamplePredicate};
use crate::ui::theme::Theme;

/// Something that is open above the sample, and gets the keys.
#[derive(Debug)]
pub(super) enum Overlay {
    None,
    Help,
    Filter(FilterMenu),
    Search(TextInput),
    FileName(TextInput),
    /// The question whether this file is to be replaced.
    Replace(PathBuf),
    /// The question whether marks may be lost.
    Quit,
    /// An address, to be copied.
    Address(String),
}

/// The current sample, or the reason why its line is none.
pub(super) struct CurrentSample {
    pub(super) offset: u64,
    pub(super) sample: Result<Box<Sample>, String>,
}

/// State of the browser.
pub(super) struct Browser {
    pub(super) theme: Theme,
    pub(super) file: SampleFile,
    base: Option<SamplePredicate>,
    pub(super) base_text: String,
    pub(super) criteria: Criteria,
    /// Offsets of the samples that meet the criteria, so far.
    pub(super) matches: Vec<u64>,
    pub(super) scan: Option<FileScan>,
    /// Values of each facet, in the order of [`Facet::ALL`], so far.
    pub(super) values: [FacetValues; 4],
    pub(super) value_scan: Option<FileScan>,
    are_values_known: bool,
    pub(super) position: usize,
    /// Position that is wanted before so many samples are found.
    wanted: Option<usize>,
    /// Offset of the sample to return to when it is found.
    anchor: Option<u64>,
    pub(super) current: Option<CurrentSample>,
    pub(super) scroll: usize,
    /// Rows of code on the screen, of the latest frame.
    pub(super) page_rows: usize,
    pub(super) is_unified: bool,
    pub(super) marks: BTreeSet<u64>,
    pub(super) are_marks_written: bool,
    pub(super) overlay: Overlay,
    /// Latest message, not escaped.
    pub(super) message: Option<String>,
    pub(super) bodies: BodyCache,
    pub(super) child: Option<(Child, String)>,
}

impl Browser {
    /// Opens the dataset. Nothing is read yet.
    pub(super) fn new(options: BrowserOptions, theme: Theme) -> io::Result<Self> {
        let file = SampleFile::open(&options.path)?;
        Ok(Self {
            theme,
            scan: Some(file.scan()),
            file,
            base: options.filter,
            base_text: options.filter_text,
            criteria: Criteria::default(),
            matches: Vec::new(),
            values: Default::default(),
            value_scan: None,
            are_values_known: false,
            position: 0,
            wanted: Some(options.first),
            anchor: None,
            current: None,
            scroll: 0,
            page_rows: 1,
            is_unified: false,
            marks: BTreeSet::new(),
            are_marks_written: true,
            overlay: Overlay::None,
            message: None,
            bodies: BodyCache::new(theme),
            child: None,
        })
    }

    /// Reads on for about so long. Returns whether there is more to read.
    pub(super) fn read_on(&mut self, time: Duration) -> io::Result<bool> {
        if let Some(scan) = &mut self.scan {
            let (matches, base, criteria) = (&mut self.matches, &self.base, &self.criteria);
            // Without criteria the lines are only counted; a damaged one is shown as such.
            let is_any = base.is_none() && criteria.is_empty();
            let is_match = |line: &[u8]| {
                is_any
                    || parse(line)
                        .is_ok_and(|sample| accept(base.as_deref(), &sample) && criteria.accept(&sample))
            };
            let is_more = scan.advance(time, &mut |offset, line| {
                if is_match(line) {
                    matches.push(offset);
                }
            })?;
            if !is_more {
                self.scan = None;
            }
            self.follow_wishes();
        } else if let Some(scan) = &mut self.value_scan {
            let (values, base) = (&mut self.values, &self.base);
            let is_more = scan.advance(time, &mut |_, line| {
                if let Ok(sample) = parse(line)
                    && accept(base.as_deref(), &sample)
                {
                    Facet::ALL
                        .into_iter()
                        .zip(values.iter_mut())
                        .for_each(|(facet, values)| values.count(facet, &sample));
                }
            })?;
            if !is_more {
                self.value_scan = None;
                self.are_values_known = true;
            }
        }
        self.load()?;
        Ok(self.scan.is_some() || self.value_scan.is_some())
    }

    /// Goes to the wanted sample, if it is among those that were found.
    fn follow_wishes(&mut self) {
        let wanted = self.wanted.unwrap_or(0);
        let found = self.anchor.and_then(|anchor| self.matches.binary_search(&anchor).ok());
        if let Some(position) = found {
            (self.position, self.anchor, self.wanted) = (position, None, None);
        } else if self.wanted.is_some() && wanted < self.matches.len() {
            (self.position, self.wanted) = (wanted, None);
        } else if self.scan.is_none() {
            if self.wanted.take().is_some() {
                self.position = self.matches.len().saturating_sub(1);
            }
            self.anchor = None;
        }
    }

    /// Reads the current sample, if it is another one than before.
    pub(super) fn load(&mut self) -> io::Result<()> {
        let offset = match self.wanted {
            None => self.matches.get(self.position).copied(),
            Some(_) => None,
        };
        if self.current.as_ref().map(|current| current.offset) == offset {
            return Ok(());
        }
        self.scroll = 0;
        self.current = match offset {
            None => None,
            Some(offset) => {
                let sample = parse(&self.file.line(offset)?).map(Box::new);
                Some(CurrentSample { offset, sample })
            }
        };
        Ok(())
    }

    /// Goes to another sample.
    pub(super) fn go_to(&mut self, position: usize) {
        self.position = position.min(self.matches.len().saturating_sub(1));
        (self.wanted, self.anchor) = (None, None);
    }

    /// Starts to look for the samples that meet other criteria.
    pub(super) fn set_criteria(&mut self, criteria: Criteria) {
        if criteria == self.criteria {
            return;
        }
        self.anchor = self.current.as_ref().map(|current| current.offset);
        self.criteria = criteria;
        self.matches.clear();
        self.scan = Some(self.file.scan());
        (self.position, self.wanted) = (0, Some(0));
    }

    /// Opens the menu of filters, and counts the values if that was not done before.
    pub(super) fn open_filters(&mut self) {
        if !self.are_values_known && self.value_scan.is_none() {
            self.value_scan = Some(self.file.scan());
        }
        self.overlay = Overlay::Filter(FilterMenu::new(&self.criteria));
    }

    /// Marks the current sample, or removes its mark.
    pub(super) fn toggle_mark(&mut self) {
        let Some(offset) = self.current.as_ref().map(|current| current.offset) else { return };
        if !self.marks.remove(&offset) {
            self.marks.insert(offset);
        }
        self.are_marks_written = self.marks.is_empty();
    }
}

fn accept(base: Option<&dyn Fn(&Sample) -> bool>, sample: &Sample) -> bool {
    base.is_none_or(|base| base(sample))
}

impl Browser {
    /// Whether any sample was found.
    pub(super) fn has_samples(&self) -> bool {
        !self.criteria.is_empty() || !self.matches.is_empty()
    }
}
