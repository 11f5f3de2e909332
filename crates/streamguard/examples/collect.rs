//! Collects a small dataset from Rust: `cargo run --example collect`.

use jobs::Synthetic;
use report::Format;
use streamguard::{Collection, View};

fn main() -> anyhow::Result<()> {
    let folder = std::env::temp_dir().join("streamguard-example");
    let mut results = Collection::new(&folder)
        .add(Synthetic { synthetic_samples: 500, seed: 7 })
        .workers(2)
        .view(View::Plain { verbose: false })
        .run()?;
    results.print_summary();
    results.save(&[Format::Json], &report::Options::default())?;
    Ok(())
}
