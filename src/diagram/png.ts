/** A laid out diagram as PNG, by resvg: no browser, and no fonts of the system needed for Latin, Greek and Cyrillic. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { LaidOutDiagram } from "./diagram.ts";
import { DiagramError } from "./errors.ts";
import { toSvg } from "./svg.ts";

export interface PngOptions {
	/** Pixels of the picture for one of the diagram. Default: 2, for dense screens. */
	readonly scale?: number;
	/** Default: `light`. */
	readonly theme?: "light" | "dark";
}

/** 500 MB of memory. */
const mostPixels = 125_000_000;

/**
 * Draws a diagram. Needs the optional dependency `@resvg/resvg-js`. Letters that the package's own font does not have,
 * such as Chinese ones, are drawn where a font of the system has them.
 * @throws DiagramError where the package is missing, or the picture would be too large
 */
export async function toPng(diagram: LaidOutDiagram, options: PngOptions = {}): Promise<Uint8Array> {
	const { scale = 2, theme = "light" } = options;
	if (diagram.width * diagram.height * scale ** 2 > mostPixels) {
		throw new DiagramError(
			`A PNG of ${Math.round(diagram.width * scale)} × ${Math.round(diagram.height * scale)} pixels is too large. ` +
				"Take a smaller scale, draw fewer child machines, or write SVG.",
		);
	}
	const { Resvg } = await loadResvg();
	const picture = new Resvg(toSvg(diagram, { theme }), {
		fitTo: { mode: "zoom", value: scale },
		font: { loadSystemFonts: true, fontFiles: ownFonts(), defaultFontFamily: "Liberation Sans" },
	});
	return picture.render().asPng();
}

async function loadResvg(): Promise<typeof import("@resvg/resvg-js")> {
	try {
		return await import("@resvg/resvg-js");
	} catch (cause) {
		throw new DiagramError(
			"PNG needs the package @resvg/resvg-js, which is not installed: `npm install @resvg/resvg-js`. SVG needs nothing.",
			{ cause },
		);
	}
}

/** The fonts of this package: on a machine without fonts all text would be missing. */
function ownFonts(): string[] {
	const folder = join(dirname(createRequire(import.meta.url).resolve("flatstate/package.json")), "src/diagram/fonts");
	return ["LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"].map((name) => join(folder, name));
}
