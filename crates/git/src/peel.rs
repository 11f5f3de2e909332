//! Objects that references and tags lead to.

use gix::ObjectId;
use gix::objs::Kind;
use thiserror::Error;

/// Most tags that lead to one another. Two are rare already, and a damaged tag may name itself.
const MAX_TAGS: usize = 8;

/// Reason why an object leads nowhere.
#[derive(Debug, Error)]
#[error("{0} leads through more than {MAX_TAGS} tags")]
struct TooManyTags(ObjectId);

/// Returns the object that an object leads to: itself, unless it is a tag.
///
/// # Errors
/// An object that cannot be read, or a tag that leads through too many others.
pub fn peel_tags(repository: &gix::Repository, id: ObjectId) -> Result<gix::Object<'_>, gix::Error> {
    let mut object = repository.find_object(id)?;
    for _ in 0..MAX_TAGS {
        if object.kind != Kind::Tag {
            return Ok(object);
        }
        let target = object.into_tag().target_id()?.detach();
        object = repository.find_object(target)?;
    }
    if object.kind == Kind::Tag { Err(gix::Error::from_error(TooManyTags(id))) } else { Ok(object) }
}

/// Returns the object that a reference leads to, through other references and tags.
///
/// # Errors
/// References that lead nowhere, and as [`peel_tags`].
pub fn peel_reference<'r>(
    repository: &'r gix::Repository,
    mut reference: gix::Reference<'_>,
) -> Result<gix::Object<'r>, gix::Error> {
    let id = reference.follow_to_object()?.detach();
    peel_tags(repository, id)
}

/// Returns the commit of the head.
///
/// # Errors
/// A head without a commit, and as [`peel_reference`].
pub fn head_commit(repository: &gix::Repository) -> Result<gix::Commit<'_>, gix::Error> {
    peel_reference(repository, repository.find_reference("HEAD")?)?.try_into_commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_followed_up_to_their_bound() {
        let folder = tempfile::tempdir().unwrap();
        let repository = gix::init_bare(folder.path()).unwrap();
        let blob = repository.write_blob(b"a").unwrap().detach();
        let mut last = blob;
        for tags in 0..=MAX_TAGS + 1 {
            let peeled = peel_tags(&repository, last).map(|object| object.id);
            assert_eq!(peeled.ok(), (tags <= MAX_TAGS).then_some(blob), "{tags} tags");
            let target_kind = if tags == 0 { Kind::Blob } else { Kind::Tag };
            let tag = gix::objs::Tag {
                target: last,
                target_kind,
                name: "a".into(),
                tagger: None,
                message: "".into(),
                signature: None,
            };
            last = repository.write_object(&tag).unwrap().detach();
        }
    }
}
