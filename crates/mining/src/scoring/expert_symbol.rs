//! Functions that the experts of an advisory database name as those with the flaw.

use streamguard_dataset::AffectedFunction;

/// Most parts of the import path of a package in the root of its repository, as in `github.com/owner/name`.
const ROOT_IMPORT_PARTS: usize = 3;

/// Whether experts name the function called `name` in the file at `path`.
pub(super) fn is_affected(functions: &[AffectedFunction], name: Option<&str>, path: &str) -> bool {
    let Some(name) = name else { return false };
    let name = name_parts(name);
    functions.iter().any(|function| {
        let in_package = function.package.as_deref().is_none_or(|package| is_in_package(path, package));
        in_package && is_same_function(&name_parts(&function.name), &name)
    })
}

/// Splits a qualified name of any language, without type parameters and pointers.
fn name_parts(name: &str) -> Vec<&str> {
    let parts = name.split(['.', ':', '#']).map(|part| {
        let part = part.trim_matches(|c: char| !(c.is_alphanumeric() || c == '_'));
        &part[..part.find(['[', '<', '(']).unwrap_or(part.len())]
    });
    parts.filter(|part| !part.is_empty()).collect()
}

/// Whether two qualified names end in the same function of the same type. Each may lack outer parts: crates
/// and modules are in the names of experts, and namespaces in those of the parser.
fn is_same_function(expert: &[&str], found: &[&str]) -> bool {
    let shared = expert.len().min(found.len());
    if shared == 0 || expert[expert.len() - shared..] != found[found.len() - shared..] {
        return false;
    }
    // A method is not a function without a type.
    let names_type =
        |parts: &[&str]| parts.len() > 1 && parts[parts.len() - 2].starts_with(char::is_uppercase);
    shared > 1 || names_type(expert) == names_type(found)
}

/// Whether a file is in the folder of a package of Go. The first parts of an import path, or of the path of
/// the file, may have no counterpart.
fn is_in_package(path: &str, package: &str) -> bool {
    let folder: Vec<&str> = path.split('/').rev().skip(1).collect();
    let mut package: Vec<&str> = package.split('/').rev().collect();
    let is_major_version =
        |part: &str| part.strip_prefix('v').is_some_and(|digits| digits.parse::<u32>().is_ok());
    if folder.first() != package.first() && package.first().is_some_and(|last| is_major_version(last)) {
        package.remove(0);
    }
    if folder.is_empty() {
        return package.len() <= ROOT_IMPORT_PARTS;
    }
    folder.iter().zip(&package).all(|(one, other)| one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_experts_match_those_of_the_parser() {
        let affected = |package: Option<&str>, symbol: &str, name: &str, path: &str| {
            let function = AffectedFunction { package: package.map(str::to_owned), name: symbol.to_owned() };
            is_affected(&[function], Some(name), path)
        };
        let net = Some("golang.org/x/net/http2");
        assert!(affected(net, "Framer.ReadFrame", "Framer.ReadFrame", "http2/frame.go"));
        assert!(!affected(net, "Framer.ReadFrame", "Framer.ReadFrame", "http2/hpack/frame.go"));
        assert!(!affected(net, "Framer.ReadFrame", "Framer.WriteFrame", "http2/frame.go"));
        assert!(!affected(net, "ReadFrame", "Framer.ReadFrame", "http2/frame.go"));
        assert!(affected(Some("github.com/o/r"), "Parse", "Parse", "parse.go"));
        assert!(affected(Some("github.com/o/r/v2"), "Parse", "Parse", "parse.go"));
        assert!(affected(Some("github.com/o/r/v2/a"), "Parse", "Parse", "a/parse.go"));
        assert!(!affected(Some("github.com/o/r/a/b"), "Parse", "Parse", "parse.go"));
        assert!(affected(Some("net/http"), "Server.Serve", "Server.Serve", "src/net/http/server.go"));
        assert!(affected(None, "m::gzip::Decoder::read", "Decoder::read", "src/gzip.rs"));
        assert!(affected(None, "m::Set::insert", "Set<T>::insert", "src/lib.rs"));
        assert!(affected(None, "m::clean", "clean", "src/lib.rs"));
        assert!(!affected(None, "m::Decoder::read", "Encoder::read", "src/lib.rs"));
        assert!(!affected(None, "m::Decoder::read", "read", "src/lib.rs"));
        assert!(!is_affected(&[], Some("read"), "src/lib.rs"));
    }
}
