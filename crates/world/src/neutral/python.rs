//! Ordinary Python.

use super::Template;

pub(super) const TEMPLATES: &[Template] = &[
    Template {
        name: "list_«nouns»",
        text: r#"
def «name»(«items»«hint:¦: list», «limit»«hint:=«size»¦: int = «size»»)«hint:¦ -> list»:
    """Names of the first «nouns» that have a «field»."""
    «log:¦logger.debug("looking at %d «nouns»", len(«items»))»
    «shape:«out» = []
    for «item» in «items»:
        if «item».«field» is not None:
            «out».append(«item».name)¦«out» = [«item».name for «item» in «items» if «item».«field» is not None]»
    return «out»[:«limit»]
"#,
    },
    Template {
        name: "group_«nouns»",
        text: r#"
def «name»(«items»«hint:¦: Iterable[dict]»)«hint:¦ -> dict»:
    «comment:¦# One list for each «field», in the order of the input.»
    «table» = {}
    for «item» in «items»:
        «key» = «item»["«field»"]
        «shape:«table».setdefault(«key», []).append(«item»)¦if «key» not in «table»:
            «table»[«key»] = []
        «table»[«key»].append(«item»)»
    «log:¦logger.info("«nouns» fall into %d groups", len(«table»))»
    return «table»
"#,
    },
    Template {
        name: "average_«noun»_«field»",
        text: r#"
def «name»(«items»«hint:¦: list»)«hint:¦ -> float»:
    """Mean «field» of all «nouns», 0.0 for none."""
    if not «items»:
        return 0.0
    «total» = sum(«item».«field» for «item» in «items»)
    «const:return «total» / len(«items») / «factor».0¦unit = «factor».0
    return «total» / len(«items») / unit»
"#,
    },
    Template {
        name: "parse_«noun»_line",
        text: r#"
def «name»(«text»«hint:¦: str»):
    «parts» = «text».strip().split(";")
    if len(«parts») < «few»:
        «log:¦logger.warning("short «noun» line with %d fields", len(«parts»))»
        return None
    «first», «last» = «parts»[0], «parts»[-1]
    return {"«noun»": «first».strip(), "«field»": «bug:«last»¦«last».strip()»}
"#,
    },
    Template {
        name: "pages_of_«nouns»",
        text: r#"
def «name»(«count»«hint:¦: int», «limit»«hint:=«size»¦: int = «size»»)«hint:¦ -> int»:
    """How many pages the «nouns» fill."""
    return «bug:«count» // «limit» + 1¦(«count» + «limit» - 1) // «limit»»  «comment:# «limit» a page¦# the last page may be short»
"#,
    },
    Template {
        name: "render_«noun»_badge",
        text: r#"
def «name»(«value»«hint:¦: str», «count»«hint:¦: int»)«hint:¦ -> str»:
    «comment:¦# The badge stands beside the title on the «noun» page.»
    title = html.escape(«value»)
    «log:¦logger.debug("badge for %s «nouns»", «count»)»
    «format:return '<span class="badge %s">%s (%d)</span>' % ("«noun»", title, «count»)¦return '<span class="badge %s">%s (%d)</span>' % (
        "«noun»",
        title,
        «count»,
    )»
"#,
    },
    Template {
        name: "«noun»_cache_key",
        text: r#"
def «name»(«first»«hint:¦: str», «last»«hint:¦: str»)«hint:¦ -> str»:
    """Key under which the «noun» page is kept."""
    «text» = "%s/%s" % («first», «last»)
    «const:¦length = 16»
    return "«noun»:" + hashlib.sha256(«text».encode("utf-8")).hexdigest()[:«const:16¦length»]
"#,
    },
    Template {
        name: "load_«noun»_settings",
        text: r#"
def «name»(folder«hint:¦: Path»):
    """Settings of the «noun» page, with defaults."""
    «table» = {"page_size": «size», "columns": ["«field»"], "compact": False}
    path = os.path.join(folder, "«noun».json")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as stream:
            «table».update(json.load(stream))
        «log:¦logger.debug("«noun» settings come from %s", path)»
    return «table»
"#,
    },
    Template {
        name: "next_«noun»",
        text: r#"
def «name»(«items», «index»=0):
    «comment:¦# Walks around: after the last one comes the first.»
    if not «items»:
        return None
    «shape:«step» = («index» + 1) % len(«items»)
    return «items»[«step»]¦return «items»[(«index» + 1) % len(«items»)]»
"#,
    },
    Template {
        name: "describe_«noun»",
        text: r#"
def «name»(«item»):
    """One line on a «noun» for lists."""
    «parts» = [«item».name]
    if «item».«field»:
        «parts».append("«field» %s" % «item».«field»)
    «shape:«text» = ", ".join(«parts»)
    return «text»¦return ", ".join(«parts»)»
"#,
    },
    Template {
        name: "merge_«nouns»",
        text: r#"
def «name»(«first»«hint:¦: dict», «last»«hint:¦: dict»)«hint:¦ -> dict»:
    «shape:«table» = dict(«first»)
    «table».update(«last»)¦«table» = {**«first», **«last»}»
    «log:¦logger.debug("merged into %d «nouns»", len(«table»))»
    for «key» in sorted(«table»):
        if «table»[«key»] is None:
            del «table»[«key»]
    return «table»
"#,
    },
    Template {
        name: "summarise_«nouns»",
        text: r#"
def «name»(«items»):
    «total» = 0
    «count» = 0
    for «item» in «items»:
        «value» = «item».get("«field»", 0)
        «total» += «value»
        «bug:«count» += int(«value» > 1)¦«count» += int(«value» > 0)»
    «log:¦logger.info("%d «nouns» %s", «count», "«verb»")»
    return {"total": «total», "used": «count», "all": len(«items»)}
"#,
    },
];
