/** Diagnostics FS1xxx: YAML and JSON as such. */
import { error, warning } from "./diagnostic-code.ts";

export const documentCodes = {
	FS1001: error("Syntax error", "states: [a, b", "Close the bracket or quote, or mend the indentation."),
	FS1002: error("Key given twice", "a: 1\na: 2", "Keep one of the two; the earlier would be lost."),
	FS1003: error("More than one document", "a: 1\n---\nb: 2", "Put each document into a file of its own."),
	FS1004: error(
		"Document too large",
		"(a file of more than 8 MB, or of more than a million words, marks and gaps; 10,000 states have half of that)",
		"Split the document, or reference its parts.",
	),
	FS1005: error(
		"Document nested too deeply",
		"(lists within lists within lists, more than 100 deep)",
		"Flatten the value.",
	),
	FS1006: error(
		"Aliases expand too far",
		"(an alias of a list of ten aliases, of lists of ten aliases, and so on)",
		"Use fewer aliases; they are expanded when read.",
	),
	FS1007: error("Key is not a scalar", "{{ context.x }}: 1", "Quote the text: a template must be a quoted string."),
	FS1008: warning("Key is not text", "1: one", 'Quote the key: `"1": one`.'),
	FS1009: error("Key is not allowed", "__proto__: {}", "Choose another name."),
	FS1010: error("Unknown alias", "a: *nowhere", "Define the anchor (`&name`) before the alias, and outside of itself."),
	FS1011: error("Tag is not supported", "a: !!python/name:os.system x", "Remove the tag."),
	FS1012: warning(
		"Plain text that YAML 1.1 reads in its own way",
		"mode: 0755",
		"Quote the text, or write a plain number.",
	),
	FS1013: warning("Number cannot be kept exactly", "id: 12345678901234567890", "Quote it, if it is an identifier."),
	FS1014: error("Merge of something that is no map", "<<: 5", "Merge a map, an alias of a map, or a list of those."),
	FS1015: error(
		"Value is not plain data",
		"(an object given in code that holds a function, a date, or itself)",
		"Give only what JSON can hold.",
	),
	FS1016: error("Document is not a map", "- a\n- b", "Start with `spec:`, `spec_version:` and `data:`."),
	FS1017: warning(
		"More problems than are shown",
		"(a file that is not YAML at all)",
		"Mend the first ones and try again.",
	),
};
