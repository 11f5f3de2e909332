//! Items of shards that kill workers, and are left out by later attempts.
//!
//! A shard works on many items: the commits of a repository, say. If its worker dies, nobody knows at which one; so the
//! next attempt reports each item before it begins it. Where that attempt dies too, the item is known, and the one after
//! it leaves the item out.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Longest name of an item, in bytes. Longer ones are cut, wherever they are compared.
const MAX_NAME_BYTES: usize = 1 << 10;

/// Most items of a shard that are left out. A shard with more of them fails.
const MAX_LEFT_OUT: usize = 8;

/// Cuts the name of an item to its longest length.
pub(crate) fn item_name(name: &str) -> &str {
    &name[..name.floor_char_boundary(MAX_NAME_BYTES)]
}

/// Returns whether an attempt reports its items: only after a first one failed, since each report is a message.
pub(crate) fn reports_items(attempt_number: u32) -> bool {
    attempt_number > 1
}

/// Items of the shards of one job that are left out.
#[derive(Debug, Default)]
pub(crate) struct PoisonItems(Mutex<BTreeMap<u32, ShardItems>>);

#[derive(Debug, Default)]
struct ShardItems {
    left_out: Vec<String>,
    /// Whether an item was added that no attempt has left out yet.
    has_new: bool,
}

impl PoisonItems {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, ShardItems>> {
        // A panic while the lock is held leaves plain values behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds the item at which the worker of a shard died.
    pub(crate) fn add(&self, shard: u32, item: String) {
        let mut shards = self.lock();
        let items = shards.entry(shard).or_default();
        if items.left_out.len() < MAX_LEFT_OUT && !items.left_out.contains(&item) {
            items.left_out.push(item);
            items.has_new = true;
        }
    }

    /// Returns the items that the next attempt of a shard leaves out.
    pub(crate) fn left_out(&self, shard: u32) -> Vec<String> {
        self.lock().get(&shard).map_or_else(Vec::new, |items| items.left_out.clone())
    }

    /// Returns whether an item of a shard was found that the next attempt is the first to leave out.
    pub(crate) fn take_new(&self, shard: u32) -> bool {
        self.lock().get_mut(&shard).is_some_and(|items| std::mem::take(&mut items.has_new))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_is_new_once_and_there_are_not_many() {
        let items = PoisonItems::default();
        assert!(!items.take_new(3) && items.left_out(3).is_empty());
        items.add(3, "a".to_owned());
        assert!(items.take_new(3) && !items.take_new(3));
        items.add(3, "a".to_owned());
        assert!(!items.take_new(3), "it was left out, so it is not what killed the worker again");
        (0..20).for_each(|item| items.add(3, item.to_string()));
        assert_eq!(items.left_out(3).len(), MAX_LEFT_OUT);
        assert!(items.left_out(4).is_empty());
    }
}
