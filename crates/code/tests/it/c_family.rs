//! Functions of C and C++ among macros and conditional compilation.

use super::compare;

/// Returns the names and lines of all functions of a file.
fn functions(path: &str, text: &str) -> Vec<String> {
    let found = compare(path, "", text);
    let name = |name: Option<String>| name.unwrap_or("(lines)".to_owned());
    let line = |change: streamguard_code::CodeChange| {
        let code = change.after.expect("added code");
        let doubt = if change.parse_error { " in doubt" } else { "" };
        format!("{} {}-{}{doubt}", name(change.name), code.start_line, code.end_line)
    };
    found.changes.into_iter().map(line).collect()
}

/// Returns the text of the only function of a file.
fn only_text(path: &str, text: &str) -> String {
    let mut changes = compare(path, "", text).changes;
    assert_eq!(changes.len(), 1, "{changes:#?}");
    changes.remove(0).after.expect("added code").text
}

#[test]
fn macros_before_a_class_are_not_its_name() {
    for head in [
        "class MYLIB_EXPORT Widget : public QWidget",
        "class Widget Q_DECL_FINAL : public QWidget",
        "struct IO_API(1) Widget",
        "class __attribute__((visibility(\"default\"))) Widget final",
        "template <class T = int> class alignas(16) Widget",
        "UCLASS(Blueprintable)\nclass GAME_API Widget : public Base<int(), (2 > 1)>",
        "LIB_NAMESPACE_BEGIN\n\nclass Widget",
        "class my_export Widget : Base",
        "class my_export(1) Widget : Base",
        "class Widget __attribute__((packed)) : public Base",
        "class EXPORT Widget CAPABILITY(\"mutex\") : public Base",
        "struct Widget __packed",
        "ALIGNED16(class)\nWidget : public Base",
    ] {
        let text = format!(
            "namespace io {{\n{head}\n{{\n  Q_OBJECT\npublic:\n  int pick() {{ return 1; }}\n}};\n}}\n"
        );
        let found = functions("a.h", &text);
        assert!(found.len() == 1 && found[0].starts_with("io::Widget::pick "), "{head}: {found:?}");
    }
}

#[test]
fn macros_and_attributes_before_a_function_are_not_its_name() {
    for head in [
        "int *  __attribute__((used)) parse(const char *in, int n)",
        "static int __printf(3, 4) parse(const char *in, int n, ...)",
        "static __printf(3, 4)\nint parse(const char *in, int n, ...)",
        "static int\nATTRIBUTE_UNUSED\nparse (const char *in, int n)",
        "API_EXPORT(int) parse(const char *in)",
        "static BOOL WINAPI parse(HANDLE in)",
        "MagickExport Image *parse(const Info *info)",
        "static int parse(const char *in) ATTR_FORMAT(1, 2) __releases(lock)",
        "[[nodiscard]] int parse(int in)",
        "__declspec(dllexport) void __cdecl parse(void)",
        "int (parse)(int c)",
        "struct item *parse(struct item *in)",
        "extern \"C\" enum kind parse(void)",
        "enum kind\nparse(struct item *in) ATTRIBUTE",
        "UNUSED(static int parse(const char *in, int n))",
        "LIB_FUNCTION(int *,LIBAPI\nparse,(const char *in, int n),LIB_ALLOCATED)",
        "LIB_FUNCTION(int, parse, (void))",
        "int parse(a, b)\n  int a;\n  char *b;",
        "static DEFINE_LOCK(lock)\n\nint parse(int a)",
    ] {
        let text = format!("{head}\n{{\n    return use(buf);\n}}\n");
        let found = functions("a.c", &text);
        assert!(found.len() == 1 && found[0].starts_with("parse "), "{head}: {found:?}");
    }
}

#[test]
fn a_macro_in_a_line_of_its_own_belongs_to_the_function_only_as_an_attribute() {
    let function = "int f(int a)\n{\n    return a;\n}";
    assert_eq!(
        only_text("a.c", &format!("API_EXPORT(x)\n{function}\n")),
        format!("API_EXPORT(x)\n{function}")
    );
    assert_eq!(only_text("a.c", &format!("MODULE_AUTHOR(x)\n{function}\n")), function);
    assert_eq!(only_text("a.c", &format!("EXPORT_SYMBOL(g)\n\n{function}\n")), function);
    assert_eq!(
        only_text("a.c", &format!("DEFINE_FORMATS(x)\nRAPIDLIB_STRING(a, b)\n{function}\n")),
        function
    );
    assert_eq!(only_text("a.c", &format!("MYAPI\n{function}\n")), format!("MYAPI\n{function}"));
    assert_eq!(only_text("a.c", &format!("SOME_MACRO\n/* Doc. */\n{function}\n")), function);
    let class = "class A {\n  Q_OBJECT\n  A(int a) : b(a) {}\n};\n";
    assert_eq!(only_text("a.cpp", class), "A(int a) : b(a) {}");
}

#[test]
fn branches_that_open_a_bracket_twice_are_read_once() {
    let text = "#ifdef A\nint f(int a) {\n#else\nint f(long a) {\n#endif\n  return a;\n}\nint g(void) {\n  return 1;\n}\n";
    assert_eq!(functions("a.c", text), ["f 2-7", "g 8-10"]);
    let text = "int f(int a) {\n#if A\n  if (a) {\n#elif B\n  if (a > 1) {\n#else\n  {\n#endif\n    g();\n  }\n  return a;\n}\nint g(void) {\n  return 1;\n}\n";
    assert_eq!(functions("a.c", text), ["f 1-12", "g 13-15"]);
    let text = "int f(int a) {\n#if 0\n  if (a) {\n#else\n  if (a > 1) {\n#endif\n    g();\n  }\n}\nint g(void) {\n#if 0\n  if (a) {\n#endif\n  return 1;\n}\n";
    assert_eq!(functions("a.c", text), ["f 1-9", "g 10-15"]);
    // The condition continues in the branches.
    let text = "int f(int a) {\n  if (a\n#ifdef A\n      && b) {\n#else\n  ) {\n#endif\n    g();\n  }\n}\nint g(void) {\n  return 1;\n}\n";
    assert_eq!(functions("a.c", text), ["f 1-10", "g 11-13"]);
    let text = "#ifdef A\nstatic int f(int a)\n#else\nint f(int a)\n#endif\n{\n  return a;\n}\n";
    assert_eq!(functions("a.c", text), ["f 2-8"]);
}

#[test]
fn all_branches_with_whole_functions_are_read() {
    let text = "#ifdef A\nint f(int a) {\n  return a;\n}\n#else\nint f(int a) {\n  return 2;\n}\n#endif\n";
    assert_eq!(functions("a.c", text), ["f 2-4", "f 6-8"]);
    let text = "#ifdef __cplusplus\nextern \"C\" {\n#endif\nint f(int a) {\n  return a;\n}\n#ifdef __cplusplus\n}\n#endif\n";
    assert_eq!(functions("a.c", text), ["f 4-6"]);
}

#[test]
fn a_branch_that_closes_what_it_never_opened_hides_no_other() {
    let text = "#if A\nnamespace n {\nint f() {\n  return 1;\n}\n}\n#elif B\nnamespace n {\nint g() {\n  return 1;\n}\n}\n#else\n#error none\n}\n#endif\nint h() {\n  return 1;\n}\n";
    assert_eq!(functions("a.cpp", text), ["n::f 3-5", "n::g 9-11", "h 17-19"]);
}

#[test]
fn indentation_ends_functions_whose_brackets_do_not_match() {
    let text = "int f(int a)\n{\n#ifdef A\n  if (a) {\n#endif\n#ifdef B\n  if (b) {\n#endif\n    g();\n  }\n  return a;\n}\n\nint g(void)\n{\n  END }\n  return 1;\n}\n\nint h(void) { return 1; }\n";
    assert_eq!(functions("a.c", text), ["f 1-12 in doubt", "g 14-18 in doubt", "h 20-20"]);
}

#[test]
fn blocks_in_a_function_are_no_functions() {
    let text = "int run(int op) {\n  switch (op) {\n    CASE_OP(ADD) {\n      return 1;\n    }\n    FOR_EACH(x, list) {\n      g(x);\n    }\n  }\n  MACRO(a) switch (op) { default: ; }\n}\n";
    assert_eq!(functions("a.c", text), ["run 1-11"]);
    assert_eq!(functions("a.cpp", text), ["run 1-11"]);
    let text = "int f() {\n  static const struct Less : Base {\n    bool operator()(int a) const { return a; }\n  } less;\n  auto g = [](int a) { return a; };\n}\n";
    assert_eq!(functions("a.cpp", text), ["f 1-6", "f::Less::operator() 3-3"]);
}

#[test]
fn names_have_all_their_scopes() {
    let text = "inline namespace a::b {\nLIB_BEGIN\nnamespace {\nint Parser::parse(int a) { return a; }\n}\nclass Outer::Inner<int> : X {\n  friend bool operator==(Inner a, Inner b) { return true; }\n  operator const char *() const { return 0; }\n  ~Inner() noexcept(true) {}\n  struct { int z() { return 1; } } unnamed;\n};\n}\n";
    assert_eq!(
        functions("a.cpp", text),
        [
            "a::b::Parser::parse 4-4",
            "a::b::operator== 7-7",
            "a::b::Outer::Inner<int>::operator const char * 8-8",
            "a::b::Outer::Inner<int>::~Inner 9-9",
            "a::b::Outer::Inner<int>::z 10-10",
        ]
    );
}

#[test]
fn constructors_with_initializers_end_at_their_bodies() {
    let text = "A::A(int a) : Base<int>{a}, b{a}, c(f({1})) {\n  g();\n}\nA::A() try : b(1) {\n  g();\n} catch (int) {\n} catch (...) {\n  h();\n}\nint x{1}, y[] = {1, 2};\nauto f(int a) -> decltype(g(a)) {\n  return g(a);\n}\n";
    assert_eq!(functions("a.cpp", text), ["A::A 1-3", "A::A 4-9", "f 11-13"]);
}

#[test]
fn functions_that_macros_declare_have_the_arguments_in_their_names() {
    let text = "static FUNC(decode)(int a)\n{\n}\nTEST_CASE(\"a b\", \"[c]\") {\n}\nSUPPRESS_WARNINGS\nTEST(A, b) {\n}\nvoid (*signal(int sig, void (*handler)(int)))(int)\n{\n}\n";
    assert_eq!(
        functions("a.cpp", text),
        ["FUNC(decode) 1-3", "TEST_CASE(\"a b\", \"[c]\") 4-5", "TEST(A, b) 7-8", "signal 9-11"]
    );
}

#[test]
fn a_blank_line_parts_a_macro_from_the_function_after_it() {
    let text = "FMT_PRAGMA(diagnostic ignored \"-Wx\")\n\nTEST(A, b) {\n}\nMAKE(T)\nUSE(T, const char *, 1)\n\nTEST(A, c) {\n}\n";
    assert_eq!(functions("a.cpp", text), ["TEST(A, b) 3-4", "TEST(A, c) 8-9"]);
}

#[test]
fn lines_of_attributes_before_a_test_are_not_its_name() {
    let text = "LINT_OFF(i.11) // why\nLINT_OFF(r.3) // why\nTEST_CASE(\"a\") {\n}\nclass A {\n  DIAGNOSTIC_PUSH\n  IGNORE_WARNING(\"-Wx\")\n  A(int a) {\n  }\n};\n";
    assert_eq!(functions("a.cpp", text), ["TEST_CASE(\"a\") 3-4", "A::A 8-9"]);
}

#[test]
fn what_macros_of_groups_contain_are_functions() {
    let text = "SUITE(all) {\n  TEST(a) {\n    f();\n  }\n  int g() { return 1; }\n}\nTEST_SUITE(\"b\")\n{\n  TEST_CASE(\"c\") {\n  }\n}\nnamespace n {\nAPI_NAMESPACE(v1) {\nnamespace m {\nstruct A {\n  LIB_DLL\n  int h() { return 1; }\n};\n}\n}\n}\n";
    assert_eq!(
        functions("a.cpp", text),
        ["TEST(a) 2-4", "g 5-5", "TEST_CASE(\"c\") 9-10", "n::m::A::h 16-17"]
    );
}

#[test]
fn comments_are_no_part_of_a_name() {
    let text = "template <class T>\nstruct F<T, // first\n         void /* second */> {\n  int f() { return 1; }\n};\nint A<int /* a */>::g(int) {\n  return 1;\n}\n";
    assert_eq!(functions("a.cpp", text), ["F<T, void>::f 4-4", "A<int>::g 6-8"]);
}

#[test]
fn pointers_to_functions_are_no_functions() {
    let text = "struct A {\n  n::B (*get)(const C &){};\n  size_t (*size)(void *) {nullptr};\n  int (D::*member)(int a) {};\n  int (*find(int a))(int b) {\n    return 0;\n  }\n};\n";
    assert_eq!(functions("a.cpp", text), ["A::find 5-7"]);
}

#[test]
fn a_comparison_in_template_arguments_is_no_bracket() {
    let text = "class A {\n  template<typename T>\n  struct B<T, std::enable_if_t<sizeof(T) <= sizeof(void *) && ok<T>>> {\n    int f() { return 1; }\n  };\n};\n";
    let name = "A::B<T, std::enable_if_t<sizeof(T) <= sizeof(void *) && ok<T>>>::f 4-4";
    assert_eq!(functions("a.cpp", text), [name]);
}

#[test]
fn macros_about_warnings_are_no_part_of_a_function() {
    let text = "namespace a {\nLIB_WARNING_PUSH\nLIB_SUPPRESS(\"-Wx\")\n#define B int\ninline bool f(int a) { return a; }\nLIB_GCC_WARNING_POP\nLIB_POP\nvoid g() {\n}\n}\n";
    assert_eq!(functions("a.cpp", text), ["a::f 5-5", "a::g 8-9"]);
}

#[test]
fn a_name_with_underscores_after_an_enumeration_is_that_of_a_function() {
    let text = "enum kind\n__close(struct item *in)\n{\n}\nenum kind __stop(void)\n{\n}\nstruct a __attribute__((packed)) {\n  int b;\n};\n";
    assert_eq!(functions("a.c", text), ["__close 1-4", "__stop 5-7"]);
}

#[test]
fn macros_that_end_a_declaration_hide_no_function() {
    let function = "static int compare(const A *a, const A *b)\n{\n    return a->x - b->x;\n}\n";
    for before in [
        "ASN1_SEQUENCE(A) = {\n    ASN1_SIMPLE(A, x, B),\n} ASN1_SEQUENCE_END(A)\n\n",
        "ASN1_SEQUENCE(A) = {\n    ASN1_SIMPLE(A, x, B),\n} ASN1_SEQUENCE_END(A)\nIMPLEMENT_ASN1_FUNCTIONS(A)\n\n",
        "ASN1_ITEM_TEMPLATE(A) =\n    ASN1_EX_TEMPLATE_TYPE(B, 0, x, C)\nASN1_ITEM_TEMPLATE_END(A)\n\n",
        "#if 0\n* @brief Reads 64/32 bit\n=  |____|  (a\n#endif\n",
        "IMPLEMENT_ASN1_FUNCTIONS(A)\n",
        "END_TEST\n",
        "QT_BEGIN_NAMESPACE\n",
        "OPENSSL_BEGIN_ALLOW_DEPRECATED\n",
    ] {
        let first = before.lines().count() + 1;
        let expected = [format!("compare {first}-{}", first + 3)];
        assert_eq!(functions("a.c", &format!("{before}{function}")), expected, "{before}");
    }
}
