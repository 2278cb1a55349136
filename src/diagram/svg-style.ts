/** The colours and lines of a picture, light and dark. Rules are by class, so that a page can change them. */

/** `auto` follows what the reader's system prefers. */
export type Theme = "auto" | "light" | "dark";

interface Palette {
	readonly page: string;
	readonly text: string;
	readonly quiet: string;
	readonly line: string;
	readonly box: string;
	readonly initial: string;
	readonly accent: string;
	readonly error: string;
	readonly covered: string;
	readonly coveredBox: string;
	readonly dead: string;
	readonly deadBox: string;
	readonly unsolved: string;
	readonly unsolvedBox: string;
}

const light: Palette = {
	page: "#ffffff",
	text: "#1f2328",
	quiet: "#57606a",
	line: "#6e7781",
	box: "#f6f8fa",
	initial: "#e9f2fe",
	accent: "#2f6fb3",
	error: "#b4382a",
	covered: "#1a7f37",
	coveredBox: "#e8f7ec",
	dead: "#cf222e",
	deadBox: "#ffeeed",
	unsolved: "#8f5f00",
	unsolvedBox: "#fff6dc",
};

const dark: Palette = {
	page: "#0d1117",
	text: "#e6edf3",
	quiet: "#9da7b1",
	line: "#8b949e",
	box: "#161b22",
	initial: "#12243a",
	accent: "#6cabf0",
	error: "#f0776a",
	covered: "#3fb950",
	coveredBox: "#0f2a18",
	dead: "#f85149",
	deadBox: "#33161a",
	unsolved: "#d29922",
	unsolvedBox: "#2e2410",
};

/** Fonts with the widths that the layout counts with come first. */
const fonts = `Arimo,"Liberation Sans",Arial,Helvetica,sans-serif`;

const lines = `
text{font-family:${fonts};font-size:12px}
.title{font-size:13px;font-weight:bold}
.name{font-size:14px;font-weight:bold}
.group-name{font-weight:bold}
.box,.group,.inner{stroke-width:1.2}
.rule{opacity:.4}
.inner,.edge .line{fill:none}
.initial .box{stroke-width:1.8}
.edge .line,.start .line{fill:none;stroke-width:1.4;stroke-linejoin:round}
.error .line{stroke-dasharray:6 4}
.launch .line{stroke-dasharray:.1 5;stroke-linecap:round;stroke-width:2}
.covered .box,.dead .box,.unsolved .box{stroke-width:1.8}
.covered .line{stroke-width:1.8}
.mark .sign{fill:none;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}`;

function colours(palette: Palette): string {
	const { page, text, quiet, line, box, initial, accent, error, covered, dead, unsolved } = palette;
	const mark = (name: string, colour: string, fill: string): string =>
		`.${name}>.box{fill:${fill}}.${name}>.box,.${name}>.inner,.${name}>.rule,.${name}>.line{stroke:${colour}}.${name}>.head,.mark.${name} .disc{fill:${colour}}`;
	return [
		`.page,.group,.behind{fill:${page}}`,
		`text{fill:${text}}.line-text,.title,.legend text{fill:${quiet}}`,
		`.box{fill:${box}}.box,.inner,.rule,.line{stroke:${line}}.group{stroke:${line}}`,
		`.head,.dot{fill:${line}}`,
		`.initial>.box{fill:${initial}}.initial>.box,.initial>.rule{stroke:${accent}}`,
		`.start>.line{stroke:${accent}}.start>.head,.start>.dot{fill:${accent}}`,
		`.error>.line{stroke:${error}}.error>.head,.error>text{fill:${error}}`,
		mark("covered", covered, palette.coveredBox),
		mark("dead", dead, palette.deadBox),
		mark("unsolved", unsolved, palette.unsolvedBox),
		`.mark .sign{stroke:${page}}.mark .disc{stroke:${page}}`,
	].join("\n");
}

/** The content of the `<style>` element. */
export function styleOf(theme: Theme): string {
	const own = theme === "dark" ? colours(dark) : colours(light);
	const preferred = theme === "auto" ? `\n@media (prefers-color-scheme:dark){\n${colours(dark)}\n}` : "";
	return `${lines}\n${own}${preferred}\n`;
}
