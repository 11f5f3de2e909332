//! Ordinary PHP.

use super::Template;

pub(super) const TEMPLATES: &[Template] = &[
    Template {
        name: "list_«nouns»",
        text: r#"
function «name»(array $«items», int $«limit» = «size»)«hint:¦: array»
{
    «log:¦error_log('looking at ' . count($«items») . ' «nouns»');»
    $«out» = [];
    foreach ($«items» as $«item») {
        if (isset($«item»['«field»'])) {
            $«out»[] = $«item»['name'];
        }
    }
    return array_slice($«out», 0, $«limit»);
}
"#,
    },
    Template {
        name: "group_«nouns»",
        text: r#"
function «name»(array $«items»)«hint:¦: array»
{
    «comment:¦// One list for each «field», in the order of the input.»
    $«table» = [];
    foreach ($«items» as $«item») {
        «shape:$«key» = $«item»['«field»'];
        $«table»[$«key»][] = $«item»;¦$«table»[$«item»['«field»']][] = $«item»;»
    }
    return $«table»;
}
"#,
    },
    Template {
        name: "average_«noun»_«field»",
        text: r#"
function «name»(array $«items»)«hint:¦: float»
{
    if (count($«items») === 0) {
        return 0.0;
    }
    $«total» = array_sum(array_column($«items», '«field»'));
    «const:return $«total» / count($«items») / «factor»;¦$unit = «factor»;
    return $«total» / count($«items») / $unit;»
}
"#,
    },
    Template {
        name: "parse_«noun»_line",
        text: r#"
function «name»(«hint:¦string »$«text»)
{
    $«parts» = explode(';', trim($«text»));
    if (count($«parts») < «few») {
        «log:¦error_log('short «noun» line');»
        return null;
    }
    $«first» = $«parts»[0];
    $«last» = end($«parts»);
    return ['«noun»' => trim($«first»), '«field»' => «bug:$«last»¦trim($«last»)»];
}
"#,
    },
    Template {
        name: "pages_of_«nouns»",
        text: r#"
function «name»(int $«count», int $«limit» = «size»)«hint:¦: int»
{
    «comment:¦// The last page may be short.»
    return «bug:intdiv($«count», $«limit») + 1¦(int) ceil($«count» / $«limit»)»;
}
"#,
    },
    Template {
        name: "render_«noun»_badge",
        text: r#"
function «name»(string $«value», int $«count»)«hint:¦: string»
{
    $title = htmlspecialchars($«value», ENT_QUOTES);
    «log:¦error_log('badge for ' . $«count» . ' «nouns»');»
    «format:return '<span class="badge «noun»">' . $title . ' (' . $«count» . ')</span>';¦return '<span class="badge «noun»">'
        . $title
        . ' (' . $«count» . ')</span>';»
}
"#,
    },
    Template {
        name: "next_«noun»",
        text: r#"
function «name»(array $«items», int $«index» = 0)
{
    «comment:¦// Walks around: after the last one comes the first.»
    if (count($«items») === 0) {
        return null;
    }
    «shape:$«step» = ($«index» + 1) % count($«items»);
    return $«items»[$«step»];¦return $«items»[($«index» + 1) % count($«items»)];»
}
"#,
    },
    Template {
        name: "describe_«noun»",
        text: r#"
function «name»(array $«item»)«hint:¦: string»
{
    $«parts» = [$«item»['name']];
    if (!empty($«item»['«field»'])) {
        $«parts»[] = '«field» ' . $«item»['«field»'];
    }
    «shape:$«text» = implode(', ', $«parts»);
    return $«text»;¦return implode(', ', $«parts»);»
}
"#,
    },
    Template {
        name: "summarise_«nouns»",
        text: r#"
function «name»(array $«items»)«hint:¦: array»
{
    $«total» = 0;
    $«count» = 0;
    foreach ($«items» as $«item») {
        $«total» += $«item»['«field»'] ?? 0;
        «shape:$«count» += 1;¦$«count»++;»
    }
    «log:¦error_log($«count» . ' «nouns» «verb»');»
    return ['total' => $«total», 'all' => $«count»];
}
"#,
    },
    Template {
        name: "«noun»_cache_key",
        text: r#"
function «name»(string $«first», string $«last»)«hint:¦: string»
{
    $«text» = $«first» . '/' . $«last»;
    «const:return '«noun»:' . substr(hash('sha256', $«text»), 0, 16);¦$length = 16;
    return '«noun»:' . substr(hash('sha256', $«text»), 0, $length);»
}
"#,
    },
];
