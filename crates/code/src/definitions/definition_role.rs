//! Meanings of the kinds of nodes outside of functions. Grammars name things differently, so each goes by the names of all of
//! them.

use super::DefinitionKind;

/// Meaning of a kind of node for the definitions of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DefinitionRole {
    /// A definition of a name.
    Definition(DefinitionKind),
    /// The declaration of C, which may define a type and several variables, or nothing.
    Declaration,
    /// A namespace, whose name is part of those in it.
    Namespace,
    /// A part of a file, such as a branch of `#if`.
    Part,
    /// A statement that is part of the text of a definition if it has no other.
    Wrapper,
    /// Anything else.
    Other,
}

/// Returns the meaning of a kind of node.
pub(super) fn definition_role(kind: &str) -> DefinitionRole {
    use DefinitionKind::{Global, Type};
    match kind {
        "struct_specifier"
        | "union_specifier"
        | "enum_specifier"
        | "class_specifier"
        | "type_definition"
        | "alias_declaration"
        | "concept_definition"
        | "class_declaration"
        | "abstract_class_declaration"
        | "class_definition"
        | "class"
        | "struct_declaration"
        | "struct_item"
        | "union_item"
        | "enum_item"
        | "enum_declaration"
        | "enum_definition"
        | "record_declaration"
        | "delegate_declaration"
        | "interface_declaration"
        | "annotation_type_declaration"
        | "protocol_declaration"
        | "trait_declaration"
        | "trait_definition"
        | "trait_item"
        | "object_declaration"
        | "object_definition"
        | "mixin_declaration"
        | "extension_type_declaration"
        | "contract_declaration"
        | "library_declaration"
        | "type_item"
        | "type_spec"
        | "type_alias"
        | "type_alias_declaration"
        | "type_alias_statement"
        | "typealias_declaration"
        | "user_defined_type_definition" => DefinitionRole::Definition(Type),
        "preproc_def"
        | "preproc_function_def"
        | "macro_definition"
        | "const_item"
        | "static_item"
        | "const_spec"
        | "var_spec"
        | "const_element"
        | "variable_declarator"
        | "assignment"
        | "assignment_statement"
        | "property_declaration"
        | "val_definition"
        | "var_definition"
        | "constant_variable_declaration"
        | "static_final_declaration"
        | "initialized_variable_definition" => DefinitionRole::Definition(Global),
        "declaration" => DefinitionRole::Declaration,
        "namespace_definition"
        | "namespace_declaration"
        | "internal_module"
        | "module"
        | "mod_item"
        | "package_clause" => DefinitionRole::Namespace,
        "linkage_specification"
        | "declaration_list"
        | "foreign_mod_item"
        | "statement_block"
        | "compound_statement"
        | "body_statement"
        | "template_body"
        | "static_final_declaration_list"
        | "var_spec_list"
        | "ERROR" => DefinitionRole::Part,
        "export_statement"
        | "expression_statement"
        | "ambient_declaration"
        | "decorated_definition"
        | "template_declaration"
        | "type_declaration"
        | "const_declaration"
        | "var_declaration"
        | "lexical_declaration"
        | "variable_declaration"
        | "global_statement" => DefinitionRole::Wrapper,
        kind if kind.starts_with("preproc_if") || kind.starts_with("preproc_el") => DefinitionRole::Part,
        _ => DefinitionRole::Other,
    }
}
