//! Ordinary C. Sizes and bounds stay as they are: a change to them would look like a fix.

use super::Template;

pub(super) const TEMPLATES: &[Template] = &[
    Template {
        name: "count_«nouns»",
        text: r#"
size_t «name»(const struct «noun» *«items», size_t «limit»)
{
    size_t «count» = 0;

    «comment:¦/* Only those with a «field» count. */»
    for (size_t «index» = 0; «index» < «limit»; «index»++) {
        «shape:if («items»[«index»].«field» > 0) {
            «count»++;
        }¦«count» += «items»[«index»].«field» > 0;»
    }
    «log:¦log_debug("counted %zu «nouns»", «count»);»
    return «count»;
}
"#,
    },
    Template {
        name: "average_«noun»_«field»",
        text: r#"
double «name»(const struct «noun» *«items», size_t «limit»)
{
    double «total» = 0.0;

    if («limit» == 0)
        return 0.0;
    for (size_t «index» = 0; «index» < «limit»; «index»++)
        «total» += «items»[«index»].«field»;
    «const:return «total» / (double)«limit» / «factor».0;¦const double unit = «factor».0;
    return «total» / (double)«limit» / unit;»
}
"#,
    },
    Template {
        name: "pages_of_«nouns»",
        text: r#"
unsigned «name»(unsigned «count», unsigned «limit»)
{
    «comment:¦/* The last page may be short. */»
    if («limit» == 0)
        return 0;
    return «bug:«count» / «limit» + 1¦«count» / «limit» + («count» % «limit» != 0)»;
}
"#,
    },
    Template {
        name: "next_«noun»",
        text: r#"
const struct «noun» *«name»(const struct «noun» *«items», size_t «limit», size_t «index»)
{
    «comment:¦/* Walks around: after the last one comes the first. */»
    if («limit» == 0)
        return NULL;
    «shape:size_t «step» = («index» + 1) % «limit»;

    return &«items»[«step»];¦return &«items»[(«index» + 1) % «limit»];»
}
"#,
    },
    Template {
        name: "find_«noun»",
        text: r#"
const struct «noun» *«name»(const struct «noun» *«items», size_t «limit», const char *«key»)
{
    for (size_t «index» = 0; «index» < «limit»; «index»++) {
        «shape:const struct «noun» *«item» = &«items»[«index»];

        if (strcmp(«item»->name, «key») == 0)
            return «item»;¦if (strcmp(«items»[«index»].name, «key») == 0)
            return &«items»[«index»];»
    }
    «log:¦log_debug("no «noun» called %s", «key»);»
    return NULL;
}
"#,
    },
    Template {
        name: "print_«noun»",
        text: r#"
void «name»(FILE *out, const struct «noun» *«item»)
{
    «shape:int¦const int» «value» = «item»->«field»;

    «format:fprintf(out, "%s («field» %d)\n", «item»->name, «value»);¦fprintf(out,
            "%s («field» %d)\n",
            «item»->name,
            «value»);»
}
"#,
    },
    Template {
        name: "compare_«nouns»",
        text: r#"
int «name»(const void *«first», const void *«last»)
{
    const struct «noun» *a = «first»;
    const struct «noun» *b = «last»;

    «shape:int «value» = (a->«field» > b->«field») - (a->«field» < b->«field»);

    return «value»;¦return (a->«field» > b->«field») - (a->«field» < b->«field»);»
}
"#,
    },
    Template {
        name: "total_«noun»_«field»",
        text: r#"
long «name»(const struct «noun» *«items», size_t «limit»)
{
    long «total» = 0;
    size_t «index» = 0;

    «shape:while («index» < «limit») {
        «total» += «items»[«index»].«field»;
        «index»++;
    }¦for («index» = 0; «index» < «limit»; «index»++)
        «total» += «items»[«index»].«field»;»
    «log:¦log_debug("%zu «nouns» «verb»", «index»);»
    return «total»;
}
"#,
    },
    Template {
        name: "is_same_«noun»",
        text: r#"
int «name»(const struct «noun» *«first», const struct «noun» *«last»)
{
    «comment:¦/* Names decide; the rest may change over time. */»
    «shape:return strcmp(«first»->name, «last»->name) == 0;¦return !strcmp(«first»->name, «last»->name);»
}
"#,
    },
    Template {
        name: "scale_«noun»_«field»",
        text: r#"
double «name»(const struct «noun» *«item»)
{
    «const:double «ratio» = «item»->«field» / «factor».0;¦const double unit = «factor».0;
    double «ratio» = «item»->«field» / unit;»

    «log:¦log_debug("«field» of %s is %f", «item»->name, «ratio»);»
    return «ratio» > 1.0 ? 1.0 : «ratio»;
}
"#,
    },
];
