//! Roles of the kinds of nodes, one table per language.
//!
//! The kinds are those of the grammars' `node-types.json`. Kinds that are not listed are
//! [`NodeRole::Plain`].

use super::node_role::NameSource::{self, Child, Field, Fixed, Instance, Prefixed, Receiver, Singleton};
use super::node_role::NodeRole::{
    self, Attribute, Binding, Call, Closure, Container, Definition, Export, Function, Lambda, List,
    Namespace, OpenNamespace, Pass, Property, SingletonClass, Wrapper,
};

/// Kinds of nodes and their roles.
pub(super) type RoleTable = &'static [(&'static str, NodeRole)];

const NAME: NameSource = Field("name");

pub(super) const C_SHARP_ROLES: RoleTable = &[
    ("method_declaration", Function(NAME)),
    ("constructor_declaration", Function(NAME)),
    ("destructor_declaration", Function(Prefixed("~", "name"))),
    ("operator_declaration", Function(Prefixed("operator ", "operator"))),
    ("conversion_operator_declaration", Function(Prefixed("operator ", "type"))),
    ("local_function_statement", Function(NAME)),
    ("accessor_declaration", Function(NAME)),
    ("property_declaration", Property(NAME)),
    ("indexer_declaration", Property(Fixed("this"))),
    ("event_declaration", Container(NAME)),
    ("lambda_expression", Lambda),
    ("anonymous_method_expression", Lambda),
    ("class_declaration", Container(NAME)),
    ("struct_declaration", Container(NAME)),
    ("interface_declaration", Container(NAME)),
    ("record_declaration", Container(NAME)),
    ("enum_declaration", Container(NAME)),
    ("namespace_declaration", Namespace(NAME)),
    ("file_scoped_namespace_declaration", OpenNamespace(NAME)),
    ("global_statement", Wrapper),
    ("expression_statement", Wrapper),
    ("field_declaration", Wrapper),
    ("variable_declaration", Wrapper),
    ("variable_declarator", Binding("name")),
    ("assignment_expression", Binding("left")),
    ("invocation_expression", Call),
    ("object_creation_expression", Call),
    ("argument_list", Pass),
    ("argument", Pass),
];

pub(super) const DART_ROLES: RoleTable = &[
    ("function_declaration", Function(NameSource::Signature)),
    ("method_declaration", Function(NameSource::Signature)),
    ("class_definition", Container(NAME)),
    ("enum_declaration", Container(NAME)),
    ("extension_declaration", Container(NAME)),
    ("extension_type_declaration", Container(NAME)),
    ("mixin_declaration", Container(Child("identifier"))),
    ("annotation", Attribute),
];

pub(super) const GO_ROLES: RoleTable = &[
    ("function_declaration", Function(NAME)),
    ("method_declaration", Function(Receiver)),
    ("func_literal", Lambda),
    ("var_declaration", Wrapper),
    ("var_spec", Binding("name")),
    ("keyed_element", Binding("key")),
    ("call_expression", Call),
    ("argument_list", Pass),
    ("expression_list", Pass),
    ("literal_element", Pass),
    ("unary_expression", Pass),
    // `var command = &Command{Run: func() { .. }}` gives `command.Run`.
    ("composite_literal", Container(NameSource::Bound)),
];

pub(super) const JAVA_ROLES: RoleTable = &[
    ("method_declaration", Function(NAME)),
    ("constructor_declaration", Function(NAME)),
    ("compact_constructor_declaration", Function(NAME)),
    ("class_declaration", Container(NAME)),
    ("interface_declaration", Container(NAME)),
    ("enum_declaration", Container(NAME)),
    // Constants of an enum may have methods of their own.
    ("enum_constant", Container(NAME)),
    ("record_declaration", Container(NAME)),
    ("annotation_type_declaration", Container(NAME)),
    ("lambda_expression", Lambda),
    ("field_declaration", Wrapper),
    ("variable_declarator", Binding("name")),
    ("method_invocation", Call),
    ("object_creation_expression", Call),
    ("argument_list", Pass),
    ("cast_expression", Pass),
];

/// Roles for JavaScript and TypeScript, whose grammars share most kinds.
pub(super) const JAVASCRIPT_ROLES: RoleTable = &[
    ("function_declaration", Function(NAME)),
    ("generator_function_declaration", Function(NAME)),
    ("method_definition", Function(NAME)),
    ("function_expression", Closure),
    ("generator_function", Closure),
    ("arrow_function", Closure),
    ("class_declaration", Container(NAME)),
    ("abstract_class_declaration", Container(NAME)),
    ("class", Container(NAME)),
    ("object", Container(NameSource::Bound)),
    // TypeScript: `module A { .. }` and `namespace A { .. }`.
    ("module", Namespace(NAME)),
    ("internal_module", Namespace(NAME)),
    ("decorator", Attribute),
    ("export_statement", Export),
    ("lexical_declaration", Wrapper),
    ("variable_declaration", Wrapper),
    ("expression_statement", Wrapper),
    ("variable_declarator", Binding("name")),
    ("assignment_expression", Binding("left")),
    ("augmented_assignment_expression", Binding("left")),
    ("pair", Binding("key")),
    ("field_definition", Binding("property")),
    ("public_field_definition", Binding("name")),
    ("call_expression", Call),
    ("new_expression", Call),
    ("arguments", Pass),
    // AngularJS: `controller('A', ['$scope', function ($scope) { .. }])`.
    ("array", List),
    ("binary_expression", Pass),
    ("ternary_expression", Pass),
    ("member_expression", Pass),
    ("parenthesized_expression", Pass),
    ("await_expression", Pass),
    ("as_expression", Pass),
    ("satisfies_expression", Pass),
    ("non_null_expression", Pass),
];

pub(super) const KOTLIN_ROLES: RoleTable = &[
    ("function_declaration", Function(NAME)),
    ("secondary_constructor", Function(Fixed("constructor"))),
    ("anonymous_initializer", Function(Fixed("init"))),
    ("getter", Function(Fixed("get"))),
    ("setter", Function(Fixed("set"))),
    ("property_declaration", Container(Child("variable_declaration"))),
    ("class_declaration", Container(NAME)),
    ("object_declaration", Container(NAME)),
    ("companion_object", Container(NameSource::FieldOr("name", "Companion"))),
];

pub(super) const LUA_ROLES: RoleTable = &[
    // A function without statements has no body.
    ("function_declaration", Definition(NAME)),
    ("function_definition", Closure),
    ("table_constructor", Container(NameSource::Bound)),
    ("variable_declaration", Wrapper),
    ("assignment_statement", Binding("")),
    ("expression_list", Pass),
    ("field", Binding("name")),
    ("function_call", Call),
    ("arguments", Pass),
    ("parenthesized_expression", Pass),
];

pub(super) const PHP_ROLES: RoleTable = &[
    ("function_definition", Function(NAME)),
    ("method_declaration", Function(NAME)),
    // A hook is named after its property, `Class::$property::get`. Its own name is its first child, without
    // a field.
    ("property_declaration", Container(Child("property_element"))),
    ("property_promotion_parameter", Container(NAME)),
    ("property_hook", Function(Field(""))),
    ("anonymous_function", Closure),
    ("arrow_function", Closure),
    ("class_declaration", Container(NAME)),
    ("anonymous_class", Container(NameSource::Bound)),
    ("interface_declaration", Container(NAME)),
    ("trait_declaration", Container(NAME)),
    ("enum_declaration", Container(NAME)),
    ("namespace_definition", OpenNamespace(NAME)),
    ("array_creation_expression", Container(NameSource::Bound)),
    ("expression_statement", Wrapper),
    ("assignment_expression", Binding("left")),
    ("array_element_initializer", Binding("")),
    ("function_call_expression", Call),
    ("member_call_expression", Call),
    ("nullsafe_member_call_expression", Call),
    ("scoped_call_expression", Call),
    ("object_creation_expression", Pass),
    ("arguments", Pass),
    ("argument", Pass),
    ("parenthesized_expression", Pass),
];

pub(super) const PYTHON_ROLES: RoleTable = &[
    ("function_definition", Function(NAME)),
    ("lambda", Lambda),
    ("class_definition", Container(NAME)),
    ("decorated_definition", Wrapper),
    ("expression_statement", Wrapper),
    ("assignment", Binding("left")),
];

pub(super) const RUBY_ROLES: RoleTable = &[
    ("method", Definition(Instance)),
    ("singleton_method", Definition(Singleton)),
    ("do_block", Lambda),
    ("block", Lambda),
    ("lambda", Lambda),
    ("class", Container(NAME)),
    ("module", Container(NAME)),
    ("singleton_class", SingletonClass),
    ("assignment", Binding("left")),
    ("pair", Binding("key")),
    ("call", Call),
    ("argument_list", Pass),
];

pub(super) const RUST_ROLES: RoleTable = &[
    ("function_item", Function(NAME)),
    ("impl_item", Container(Field("type"))),
    ("trait_item", Container(NAME)),
    ("mod_item", Namespace(NAME)),
    ("attribute_item", Attribute),
];

pub(super) const SCALA_ROLES: RoleTable = &[
    ("function_definition", Function(NAME)),
    ("class_definition", Container(NAME)),
    ("trait_definition", Container(NAME)),
    ("object_definition", Container(NAME)),
    ("package_object", Container(NAME)),
    ("enum_definition", Container(NAME)),
    ("given_definition", Container(NAME)),
    ("val_definition", Binding("pattern")),
    ("lambda_expression", Lambda),
];

pub(super) const SOLIDITY_ROLES: RoleTable = &[
    ("function_definition", Function(NAME)),
    ("modifier_definition", Function(NAME)),
    ("constructor_definition", Function(Fixed("constructor"))),
    ("fallback_receive_definition", Function(NameSource::FirstWord)),
    ("contract_declaration", Container(NAME)),
    ("interface_declaration", Container(NAME)),
    ("library_declaration", Container(NAME)),
];

pub(super) const SWIFT_ROLES: RoleTable = &[
    ("function_declaration", Function(NAME)),
    ("init_declaration", Function(Fixed("init"))),
    ("deinit_declaration", Function(Fixed("deinit"))),
    ("property_declaration", Property(NAME)),
    ("subscript_declaration", Property(Fixed("subscript"))),
    ("computed_getter", Definition(Fixed("get"))),
    ("computed_setter", Definition(Fixed("set"))),
    ("willset_clause", Definition(Fixed("willSet"))),
    ("didset_clause", Definition(Fixed("didSet"))),
    // Structures, enumerations, actors and extensions are declared by this kind too.
    ("class_declaration", Container(NAME)),
    ("protocol_declaration", Container(NAME)),
];
