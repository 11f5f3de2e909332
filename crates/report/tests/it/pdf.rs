//! The PDF report.

use std::path::PathBuf;

use report::{Format, Options, Run};

use crate::golden::{Ending, golden};

#[test]
#[ignore = "writes reports to look at"]
fn look() {
    let out = PathBuf::from(std::env::var("LOOK").unwrap());
    let write = |name: &str, run: &Run| {
        let start = std::time::Instant::now();
        let folder = out.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        report::write(run, Format::Pdf, &Options::default(), &folder).unwrap();
        eprintln!("{name}: {:?}", start.elapsed());
    };
    write("demo", &Run::read(&PathBuf::from("/tmp/demo")).unwrap());
    for ending in [Ending::Partial, Ending::Cancelled, Ending::Interrupted] {
        write(&format!("{ending:?}"), &golden(ending).1);
    }
}
