/** What a server's tool gave, as text for the model: texts joined, structured content as JSON, pictures only named. */
import { isDeepStrictEqual } from "node:util";
import type { CallToolResult, ContentBlock } from "@modelcontextprotocol/sdk/types.js";
import { boundedText } from "../../runtime/tools/bounded-text.ts";
import type { ToolResult } from "../../runtime/tools/tool-provider.ts";

/** @param hide takes secrets out of a text */
export function toolResultOf(result: CallToolResult, hide: (text: string) => string): ToolResult {
	const parts = result.content.map(textOf);
	const { structuredContent } = result;
	// Servers repeat it as a text for clients that know texts only.
	if (structuredContent !== undefined && !parts.some((part) => says(part, structuredContent))) {
		parts.push(JSON.stringify(structuredContent));
	}
	const content = boundedText(hide(parts.filter((part) => part !== "").join("\n")));
	return { content, is_error: result.isError === true };
}

function textOf(block: ContentBlock): string {
	switch (block.type) {
		case "text":
			return block.text;
		case "image":
		case "audio":
			return `[${block.type}, ${block.mimeType}, ${bytesIn(block.data)} bytes]`;
		case "resource_link":
			return `[resource ${block.name}: ${block.uri}]`;
		case "resource": {
			const { resource } = block;
			if ("text" in resource) return resource.text;
			return `[resource ${resource.uri}, ${resource.mimeType ?? "binary"}, ${bytesIn(resource.blob)} bytes]`;
		}
	}
}

function bytesIn(base64: string): number {
	return Buffer.byteLength(base64, "base64");
}

function says(text: string, value: unknown): boolean {
	if (!/^\s*\{/.test(text)) return false;
	try {
		return isDeepStrictEqual(JSON.parse(text), value);
	} catch {
		return false;
	}
}
