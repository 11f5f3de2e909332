//! Ordinary Go.

use super::Template;

pub(super) const TEMPLATES: &[Template] = &[
    Template {
        name: "list_«nouns»",
        text: r#"
func «name»(«items» []«Noun», «limit» int) []string {
	«log:¦log.Printf("looking at %d «nouns»", len(«items»))»
	«shape:«out» := []string{}¦«out» := make([]string, 0, len(«items»))»
	for _, «item» := range «items» {
		if «item».«Field» != nil && len(«out») < «limit» {
			«out» = append(«out», «item».Name)
		}
	}
	return «out»
}
"#,
    },
    Template {
        name: "group_«nouns»",
        text: r#"
func «name»(«items» []«Noun») map[string][]«Noun» {
	«comment:¦// One list for each «field», in the order of the input.»
	«shape:«table» := map[string][]«Noun»{}¦«table» := make(map[string][]«Noun»)»
	for _, «item» := range «items» {
		«key» := «item».«Field»
		«table»[«key»] = append(«table»[«key»], «item»)
	}
	return «table»
}
"#,
    },
    Template {
        name: "average_«noun»_«field»",
        text: r#"
func «name»(«items» []«Noun») float64 {
	if len(«items») == 0 {
		return 0
	}
	«shape:«total» := 0.0¦var «total» float64»
	for _, «item» := range «items» {
		«total» += «item».«Field»
	}
	«const:return «total» / float64(len(«items»)) / «factor»¦const unit = «factor»
	return «total» / float64(len(«items»)) / unit»
}
"#,
    },
    Template {
        name: "parse_«noun»_line",
        text: r#"
func «name»(«text» string) (*«Noun», error) {
	«parts» := strings.Split(strings.TrimSpace(«text»), ";")
	if len(«parts») < «few» {
		«log:¦log.Printf("short «noun» line with %d fields", len(«parts»))»
		return nil, fmt.Errorf("short «noun» line")
	}
	«first», «last» := «parts»[0], «parts»[len(«parts»)-1]
	return &«Noun»{Name: strings.TrimSpace(«first»), «Field»: «bug:«last»¦strings.TrimSpace(«last»)»}, nil
}
"#,
    },
    Template {
        name: "pages_of_«nouns»",
        text: r#"
func «name»(«count», «limit» int) int {
	«comment:¦// The last page may be short.»
	return «bug:«count»/«limit» + 1¦(«count» + «limit» - 1) / «limit»»
}
"#,
    },
    Template {
        name: "render_«noun»_badge",
        text: r#"
func «name»(«value» string, «count» int) string {
	title := html.EscapeString(«value»)
	«log:¦log.Printf("badge for %d «nouns»", «count»)»
	«format:return fmt.Sprintf("<span class=\"badge «noun»\">%s (%d)</span>", title, «count»)¦return fmt.Sprintf(
		"<span class=\"badge «noun»\">%s (%d)</span>",
		title,
		«count»,
	)»
}
"#,
    },
    Template {
        name: "next_«noun»",
        text: r#"
func «name»(«items» []«Noun», «index» int) *«Noun» {
	«comment:¦// Walks around: after the last one comes the first.»
	if len(«items») == 0 {
		return nil
	}
	«shape:«step» := («index» + 1) % len(«items»)
	return &«items»[«step»]¦return &«items»[(«index»+1)%len(«items»)]»
}
"#,
    },
    Template {
        name: "describe_«noun»",
        text: r#"
func «name»(«item» «Noun») string {
	«parts» := []string{«item».Name}
	if «item».«Field» != "" {
		«parts» = append(«parts», "«field» "+«item».«Field»)
	}
	«shape:«text» := strings.Join(«parts», ", ")
	return «text»¦return strings.Join(«parts», ", ")»
}
"#,
    },
    Template {
        name: "sort_«nouns»",
        text: r#"
func «name»(«items» []«Noun») []«Noun» {
	«out» := append([]«Noun»(nil), «items»...)
	«shape:sort.Slice(«out», func(a, b int) bool { return «out»[a].«Field» < «out»[b].«Field» })¦sort.SliceStable(«out», func(a, b int) bool { return «out»[a].«Field» < «out»[b].«Field» })»
	«log:¦log.Printf("sorted %d «nouns»", len(«out»))»
	return «out»
}
"#,
    },
    Template {
        name: "«noun»_cache_key",
        text: r#"
func «name»(«first», «last» string) string {
	«text» := «first» + "/" + «last»
	digest := sha256.Sum256([]byte(«text»))
	«const:return "«noun»:" + hex.EncodeToString(digest[:])[:16]¦const length = 16
	return "«noun»:" + hex.EncodeToString(digest[:])[:length]»
}
"#,
    },
];
