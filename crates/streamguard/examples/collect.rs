//! Collects a small dataset from Rust: `cargo run --example collect`.

use streamguard::ui::LogFormat;
use streamguard::{Collection, View};
use streamguard_report::Format;
use streamguard_synthetic::SyntheticCollector;

fn main() -> anyhow::Result<()> {
    let folder = std::env::temp_dir().join("streamguard-example");
    let mut results = Collection::new(&folder)
        .add(SyntheticCollector { synthetic_samples: 500, seed: 7 })
        .workers(2)
        .view(View::Plain { verbose: false, format: LogFormat::Text })
        .run()?;
    results.print_summary();
    results.save(&[Format::Json], &streamguard_report::Options::default())?;
    Ok(())
}
