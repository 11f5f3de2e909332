//! Ordinary Java: methods of a class.

use super::Template;

pub(super) const TEMPLATES: &[Template] = &[
    Template {
        name: "list_«nouns»",
        text: r#"
public List<String> «name»(List<«Noun»> «items», int «limit») {
    «log:¦logger.fine("looking at " + «items».size() + " «nouns»");»
    «shape:List<String> «out» = new ArrayList<>();
    for («Noun» «item» : «items») {
        if («item».«field»() != null) {
            «out».add(«item».name());
        }
    }¦List<String> «out» = «items».stream()
        .filter(«item» -> «item».«field»() != null)
        .map(«Noun»::name)
        .collect(Collectors.toList());»
    return «out».subList(0, Math.min(«limit», «out».size()));
}
"#,
    },
    Template {
        name: "group_«nouns»",
        text: r#"
Map<String, List<«Noun»>> «name»(List<«Noun»> «items») {
    «comment:¦// One list for each «field», in the order of the input.»
    Map<String, List<«Noun»>> «table» = new TreeMap<>();
    for («Noun» «item» : «items») {
        String «key» = «item».«field»();
        «shape:if (!«table».containsKey(«key»)) {
            «table».put(«key», new ArrayList<>());
        }
        «table».get(«key»).add(«item»);¦«table».computeIfAbsent(«key», unused -> new ArrayList<>()).add(«item»);»
    }
    return «table»;
}
"#,
    },
    Template {
        name: "average_«noun»_«field»",
        text: r#"
public double «name»(List<«Noun»> «items») {
    if («items».isEmpty()) {
        return 0.0;
    }
    «shape:double¦final double» «total» = «items».stream().mapToDouble(«Noun»::«field»).sum();
    «const:return «total» / «items».size() / «factor».0;¦final double unit = «factor».0;
    return «total» / «items».size() / unit;»
}
"#,
    },
    Template {
        name: "parse_«noun»_line",
        text: r#"
static «Noun» «name»(String «text») {
    String[] «parts» = «text».trim().split(";");
    if («parts».length < «few») {
        «log:¦logger.warning("short «noun» line with " + «parts».length + " fields");»
        return null;
    }
    String «first» = «parts»[0];
    String «last» = «parts»[«parts».length - 1];
    return new «Noun»(«first».trim(), «bug:«last»¦«last».trim()»);
}
"#,
    },
    Template {
        name: "pages_of_«nouns»",
        text: r#"
public static int «name»(int «count», int «limit») {
    «comment:¦// The last page may be short.»
    return «bug:«count» / «limit» + 1¦(«count» + «limit» - 1) / «limit»»;
}
"#,
    },
    Template {
        name: "render_«noun»_badge",
        text: r#"
String «name»(String «value», int «count») {
    String title = HtmlUtils.htmlEscape(«value»);
    «log:¦logger.fine("badge for " + «count» + " «nouns»");»
    «format:return "<span class=\"badge «noun»\">" + title + " (" + «count» + ")</span>";¦return "<span class=\"badge «noun»\">"
        + title
        + " (" + «count» + ")</span>";»
}
"#,
    },
    Template {
        name: "next_«noun»",
        text: r#"
public «Noun» «name»(List<«Noun»> «items», int «index») {
    «comment:¦// Walks around: after the last one comes the first.»
    if («items».isEmpty()) {
        return null;
    }
    «shape:int «step» = («index» + 1) % «items».size();
    return «items».get(«step»);¦return «items».get((«index» + 1) % «items».size());»
}
"#,
    },
    Template {
        name: "describe_«noun»",
        text: r#"
public String «name»(«Noun» «item») {
    List<String> «parts» = new ArrayList<>();
    «parts».add(«item».name());
    if («item».«field»() != null) {
        «parts».add("«field» " + «item».«field»());
    }
    «shape:String «text» = String.join(", ", «parts»);
    return «text»;¦return String.join(", ", «parts»);»
}
"#,
    },
    Template {
        name: "summarise_«nouns»",
        text: r#"
Map<String, Integer> «name»(List<«Noun»> «items») {
    int «total» = 0;
    int «count» = 0;
    for («Noun» «item» : «items») {
        «total» += «item».«field»();
        «bug:«count» += 2;¦«count» += 1;»
    }
    «log:¦logger.info(«count» + " «nouns» «verb»");»
    «shape:Map<String, Integer> «table» = new TreeMap<>();
    «table».put("total", «total»);
    «table».put("all", «count»);
    return «table»;¦return new TreeMap<>(Map.of("total", «total», "all", «count»));»
}
"#,
    },
    Template {
        name: "«noun»_cache_key",
        text: r#"
String «name»(String «first», String «last») throws NoSuchAlgorithmException {
    String «text» = «first» + "/" + «last»;
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(«text».getBytes(StandardCharsets.UTF_8));
    «const:return "«noun»:" + Base64.getUrlEncoder().encodeToString(digest).substring(0, 16);¦int length = 16;
    return "«noun»:" + Base64.getUrlEncoder().encodeToString(digest).substring(0, length);»
}
"#,
    },
];
