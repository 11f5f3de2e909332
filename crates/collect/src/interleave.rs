//! Order of shards that come from several sources.

/// Takes one item of each queue in turn until all queues are empty.
///
/// Collectors order their shards like this, so that the first source alone does not reach the target of
/// a run.
///
/// ```
/// let shards = streamguard_collect::interleave(vec![vec!["a1", "a2", "a3"], vec!["b1"]]);
/// assert_eq!(shards, ["a1", "b1", "a2", "a3"]);
/// ```
pub fn interleave<T>(queues: Vec<Vec<T>>) -> Vec<T> {
    let mut queues: Vec<_> = queues.into_iter().map(Vec::into_iter).collect();
    let mut items = Vec::new();
    loop {
        let before = items.len();
        items.extend(queues.iter_mut().filter_map(Iterator::next));
        if items.len() == before {
            return items;
        }
    }
}
