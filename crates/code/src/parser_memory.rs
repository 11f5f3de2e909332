//! Memory that parsers allocate, counted. This is the only file of the crate with unsafe code.
//!
//! The steps of a parser do not bound its work. While it recovers from an error, one step may copy all that it has
//! read so far, once for each reading that it still holds possible. With 5 KB of `a=>` the grammar of C allocates 16 GB in
//! 31,600 steps, and holds 900 MB of them at the end. Each of those copies is allocated, so the sum of all allocations
//! bounds time and memory alike, and is the same on each machine.

use std::alloc::{Layout, handle_alloc_error};
use std::cell::Cell;
use std::ffi::c_void;
use std::sync::Once;

use tree_sitter::Allocator;

thread_local! {
    /// Bytes that parsers of this thread have allocated, whether freed since or not.
    static ALLOCATED: Cell<u64> = const { Cell::new(0) };
}

/// Makes parsers count what they allocate, and returns the bytes that those of this thread have allocated so far.
pub(super) fn allocated_bytes() -> u64 {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(install);
    ALLOCATED.get()
}

#[expect(unsafe_code, reason = "tree-sitter has no safe way to count what it allocates")]
fn install() {
    let counted = Allocator { malloc, calloc, realloc, free };
    // SAFETY: The functions are those of libc, as are the ones that they replace: whatever was allocated by either may
    // be freed by the other. All parsers of this program are made after this call; whoever has made another one
    // before, with the library itself, finds pointers that are interchangeable with those it had.
    unsafe { tree_sitter::set_allocator(Some(counted)) };
}

fn count(bytes: usize) {
    ALLOCATED.set(ALLOCATED.get().saturating_add(bytes as u64));
}

/// Ends the process if an allocation failed: the library cannot go on without it.
fn checked(pointer: *mut c_void, bytes: usize) -> *mut c_void {
    if pointer.is_null() && bytes > 0 {
        handle_alloc_error(Layout::from_size_align(bytes, 1).unwrap_or(Layout::new::<u8>()));
    }
    pointer
}

#[expect(unsafe_code, reason = "the allocator of libc is declared, and called as the library would call it")]
mod libc_allocator {
    use super::{c_void, checked, count};

    mod libc {
        use super::c_void;

        unsafe extern "C" {
            pub(super) fn malloc(bytes: usize) -> *mut c_void;
            pub(super) fn calloc(items: usize, bytes: usize) -> *mut c_void;
            pub(super) fn realloc(pointer: *mut c_void, bytes: usize) -> *mut c_void;
            pub(super) fn free(pointer: *mut c_void);
        }
    }

    pub(super) unsafe extern "C" fn malloc(bytes: usize) -> *mut c_void {
        count(bytes);
        // SAFETY: Any size may be asked for.
        checked(unsafe { libc::malloc(bytes) }, bytes)
    }

    pub(super) unsafe extern "C" fn calloc(items: usize, bytes: usize) -> *mut c_void {
        let sum = items.saturating_mul(bytes);
        count(sum);
        // SAFETY: Any size may be asked for.
        checked(unsafe { libc::calloc(items, bytes) }, sum)
    }

    pub(super) unsafe extern "C" fn realloc(pointer: *mut c_void, bytes: usize) -> *mut c_void {
        count(bytes);
        // SAFETY: The library passes null, or what one of these functions returned.
        checked(unsafe { libc::realloc(pointer, bytes) }, bytes)
    }

    pub(super) unsafe extern "C" fn free(pointer: *mut c_void) {
        // SAFETY: As above.
        unsafe { libc::free(pointer) }
    }
}

use libc_allocator::{calloc, free, malloc, realloc};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_parser_of_this_thread_allocates_is_counted() {
        let before = allocated_bytes();
        let mut parser = tree_sitter::Parser::new();
        parser.set_language(&tree_sitter_c::LANGUAGE.into()).expect("a supported grammar");
        let tree = parser.parse("int a;\n".repeat(1000), None);
        assert!(allocated_bytes() - before > 10_000);
        let of_another = std::thread::spawn(allocated_bytes).join().expect("no panic");
        assert_eq!(of_another, 0);
        drop(tree);
    }
}
