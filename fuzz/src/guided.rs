//! Runs one target under libFuzzer, which finds inputs by the coverage that they reach. `STREAMGUARD_FUZZ_TARGET` names
//! the target, so that one build serves all of them. `cargo xtask fuzz` builds and starts this program.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static CHECK: LazyLock<streamguard_fuzz::Check> = LazyLock::new(|| {
    let name = std::env::var("STREAMGUARD_FUZZ_TARGET").expect("the variable names a target");
    streamguard_fuzz::target(&name).expect("the name of a target").check
});

fuzz_target!(|bytes: &[u8]| CHECK(bytes));
