//! Threads with a stack on which no parser overflows.

use std::thread;

/// Size of the stack, in bytes.
///
/// The parser merges two readings of a text by a function that calls itself for each node of their stacks
/// (`stack_node_add_link` of tree-sitter): 60 KB of `-{` overflow the 2 MiB that threads have otherwise. A node takes 232
/// bytes, and a parse may allocate 128 MiB; each call takes some 150 bytes of the stack. Only what is used takes memory.
const DEEP_STACK_BYTES: usize = 128 << 20;

/// Size up to which a text is parsed on the stack at hand, in bytes.
const MAX_SHALLOW_BYTES: usize = 4 << 10;

/// Runs `work`, which parses at most `text_bytes`, on a stack that is deep enough for it.
pub(super) fn with_deep_stack<T: Send>(text_bytes: usize, work: &(dyn Fn() -> T + Sync)) -> T {
    if text_bytes <= MAX_SHALLOW_BYTES {
        return work();
    }
    thread::scope(|scope| {
        let builder = thread::Builder::new().name("parser".to_owned()).stack_size(DEEP_STACK_BYTES);
        match builder.spawn_scoped(scope, work) {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            // The stack at hand is enough for all files that people write.
            Err(_) => work(),
        }
    })
}
